-- Characters: the part that is committed before it is true (level, quests, ranks, pity, storage),
-- and snapshots of the rest. A character that is gone for good keeps its row: the ledger names it.
CREATE TABLE character (
    id BIGSERIAL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    -- folded by case and look-alikes; none when the name is free again
    name_key TEXT UNIQUE,
    class SMALLINT NOT NULL CHECK (class BETWEEN 1 AND 255),
    faction SMALLINT NOT NULL CHECK (faction BETWEEN 1 AND 3),
    look SMALLINT NOT NULL CHECK (look BETWEEN 0 AND 255),
    level SMALLINT NOT NULL CHECK (level BETWEEN 1 AND 120),
    storage_slots SMALLINT NOT NULL CHECK (storage_slots BETWEEN 0 AND 90),
    -- how often points were given back; a snapshot from before counts its points as free
    resets INTEGER NOT NULL DEFAULT 0 CHECK (resets >= 0),
    -- where it was last; 0 is nowhere yet
    zone_id INTEGER NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    played_at BIGINT,
    -- asked to be deleted; can be restored for seven days
    deleted_at BIGINT,
    -- deleted for good
    purged_at BIGINT
);
CREATE INDEX character_account ON character (account_id);
CREATE INDEX character_level ON character (level DESC);

CREATE TABLE ticket (
    hash BYTEA NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    -- the host that it is for; empty: any
    host_id TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX ticket_expires ON ticket (expires_at);
CREATE INDEX ticket_account ON ticket (account_id);
CREATE INDEX ticket_character ON ticket (character_id);

CREATE TABLE character_quest (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    quest INTEGER NOT NULL CHECK (quest BETWEEN 0 AND 65535),
    -- 1 taken, 2 done
    state SMALLINT NOT NULL CHECK (state IN (1, 2)),
    experience BIGINT NOT NULL CHECK (experience >= 0),
    -- the order in which they were taken
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (character_id, quest)
);

CREATE TABLE character_rank (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    skill INTEGER NOT NULL CHECK (skill BETWEEN 0 AND 65535),
    -- "rank" in the rules; rank 1 comes with the skill and has no row
    grade SMALLINT NOT NULL CHECK (grade BETWEEN 1 AND 255),
    PRIMARY KEY (character_id, skill)
);

CREATE TABLE character_pity (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    definition INTEGER NOT NULL CHECK (definition BETWEEN 0 AND 65535),
    rarity SMALLINT NOT NULL CHECK (rarity BETWEEN 0 AND 4),
    target SMALLINT NOT NULL CHECK (target BETWEEN 1 AND 9),
    failures INTEGER NOT NULL CHECK (failures BETWEEN 1 AND 65535),
    -- rises with every change of any counter of that character: the order of touching
    touched BIGINT NOT NULL,
    PRIMARY KEY (character_id, definition, rarity, target)
);

-- Two generations each: when the newest is damaged, the one before it is read.
CREATE TABLE character_snapshot (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    generation SMALLINT NOT NULL CHECK (generation IN (0, 1)),
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tick BIGINT NOT NULL,
    schema_version SMALLINT NOT NULL,
    blob BYTEA NOT NULL,
    crc32 BIGINT NOT NULL CHECK (crc32 BETWEEN 0 AND 4294967295),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (character_id, generation)
);

CREATE TABLE snapshot_quarantine (
    id BIGSERIAL PRIMARY KEY,
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    blob BYTEA NOT NULL,
    crc32 BIGINT NOT NULL,
    reason TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX snapshot_quarantine_character ON snapshot_quarantine (character_id);

CREATE TABLE friend (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    friend_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (character_id, friend_id),
    CHECK (character_id <> friend_id)
);
CREATE INDEX friend_friend ON friend (friend_id);

CREATE TABLE block (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    blocked_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (character_id, blocked_id),
    CHECK (character_id <> blocked_id)
);
CREATE INDEX block_blocked ON block (blocked_id);
