-- The admin console: the staff's second factor and sessions, and what searches and the audit's filters need.
CREATE TABLE second_factor (
    account_id BIGINT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    -- of RFC 6238
    secret BLOB NOT NULL CHECK (length(secret) = 20),
    -- the newest time step whose code was taken; its code and older ones are refused
    used_step BIGINT NOT NULL DEFAULT 0,
    -- wrong codes in a row
    failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    locked_until BIGINT NOT NULL DEFAULT 0,
    enrolled_at BIGINT NOT NULL
);

CREATE TABLE recovery_code (
    -- blake3 of the code; the code itself is nowhere
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    used_at BIGINT
);
CREATE INDEX recovery_code_account ON recovery_code (account_id);

CREATE TABLE console_session (
    -- blake3 of the cookie
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    -- the account's when the session began; a later one ends it
    session_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_session_account ON console_session (account_id);
CREATE INDEX console_session_expires ON console_session (expires_at);

CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_actor ON audit (actor, id);
