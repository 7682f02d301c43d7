-- Mutes by the staff, which outlive a host's process. A host that does not know the table keeps its own.
CREATE TABLE mute (
    character_id BIGINT NOT NULL PRIMARY KEY REFERENCES character (id) ON DELETE CASCADE,
    until_at BIGINT NOT NULL,
    muted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
