-- Who may write for whom. An epoch only ever rises; each write names the one it was made under.
CREATE TABLE realm (
    id SMALLINT NOT NULL PRIMARY KEY CHECK (id = 1),
    build_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE TABLE host (
    id TEXT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    build_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL,
    -- 1 starting, 2 ready, 3 draining, 4 gone
    state SMALLINT NOT NULL CHECK (state BETWEEN 1 AND 4)
);

CREATE TABLE zone_lease (
    zone_id INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    -- none: nobody's
    host_id TEXT REFERENCES host (id) ON DELETE RESTRICT,
    epoch BIGINT NOT NULL CHECK (epoch > 0),
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (zone_id, channel),
    -- makes PostgreSQL take a row's strong lock for a new epoch, and only for that
    UNIQUE (zone_id, channel, epoch)
);
CREATE INDEX zone_lease_host ON zone_lease (host_id);

CREATE TABLE zone_snapshot (
    zone_id INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    epoch BIGINT NOT NULL,
    tick BIGINT NOT NULL,
    build_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    blob BLOB NOT NULL,
    crc32 BIGINT NOT NULL CHECK (crc32 BETWEEN 0 AND 4294967295),
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (zone_id, channel),
    FOREIGN KEY (zone_id, channel) REFERENCES zone_lease (zone_id, channel) ON DELETE CASCADE
);

CREATE TABLE character_lease (
    character_id BIGINT NOT NULL PRIMARY KEY REFERENCES character (id) ON DELETE CASCADE,
    host_id TEXT REFERENCES host (id) ON DELETE RESTRICT,
    zone_id INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    epoch BIGINT NOT NULL CHECK (epoch > 0),
    expires_at BIGINT NOT NULL,
    -- of the newest snapshot
    snapshot_seq BIGINT NOT NULL CHECK (snapshot_seq >= 0),
    -- as above: operations hold the epoch by FOR KEY SHARE, renewals and snapshots pass them by
    UNIQUE (character_id, epoch)
);
CREATE INDEX character_lease_host ON character_lease (host_id);

CREATE TABLE lease_history (
    character_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    epoch BIGINT NOT NULL,
    host_id TEXT NOT NULL,
    zone_id INTEGER NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (character_id, epoch)
);
