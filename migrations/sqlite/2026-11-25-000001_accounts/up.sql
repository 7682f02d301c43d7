-- Who may log in, and what they hold in their hands: tokens, tickets, bans. Times are Unix milliseconds.
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- 1 member, 2 guest
    kind SMALLINT NOT NULL CHECK (kind IN (1, 2)),
    login TEXT,
    -- the login as it is compared: folded
    login_key TEXT UNIQUE,
    email TEXT,
    email_key TEXT UNIQUE,
    -- Argon2id in PHC form
    password_hash TEXT,
    -- rises when everybody is logged out; tokens of an older one are refused
    session_epoch BIGINT NOT NULL DEFAULT 0,
    -- separated by blanks: operator, moderator
    roles TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    deleted_at BIGINT,
    CONSTRAINT account_can_log_in CHECK (
        kind = 2 OR deleted_at IS NOT NULL OR (login_key IS NOT NULL AND password_hash IS NOT NULL))
);

CREATE TABLE refresh_token (
    -- blake3 of the token; the token itself is nowhere
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    family BLOB NOT NULL CHECK (length(family) = 16),
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    parent BLOB,
    session_epoch BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX refresh_token_family ON refresh_token (family);
CREATE INDEX refresh_token_account ON refresh_token (account_id);
CREATE INDEX refresh_token_expires ON refresh_token (expires_at);

CREATE TABLE ban (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    banned_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- none: for good
    until_at BIGINT,
    lifted_at BIGINT
);
CREATE INDEX ban_account ON ban (account_id);

-- Append only. No foreign key: what was done stays when the account is gone.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    happened_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    account_id BIGINT,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_account ON audit (account_id);

CREATE TABLE idempotency_http (
    account_id BIGINT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    request_key TEXT NOT NULL,
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    status SMALLINT NOT NULL,
    body TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, request_key)
);
CREATE INDEX idempotency_http_expires ON idempotency_http (expires_at);

CREATE TABLE kill_switch (
    -- a path of wealth: trade, mail, market, shop, loot, upgrade
    name TEXT NOT NULL PRIMARY KEY,
    is_off BOOLEAN NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
