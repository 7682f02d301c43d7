-- Coin and items, double entry. Every operation is one row of ledger_tx.
CREATE TABLE item_def (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id BETWEEN 1 AND 65535),
    name TEXT NOT NULL,
    stack_max INTEGER NOT NULL CHECK (stack_max BETWEEN 1 AND 65535),
    seen_at BIGINT NOT NULL
);

CREATE TABLE ledger_account (
    -- made of what follows (rows/account.rs), so that nobody has to look it up
    id BIGINT NOT NULL PRIMARY KEY,
    -- 1 wallet, 2 escrow, 3 faucet, 4 sink
    kind SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 4),
    -- character of a wallet or escrow; reason of a faucet or sink
    owner_id BIGINT NOT NULL,
    -- 1 coin
    currency SMALLINT NOT NULL CHECK (currency BETWEEN 1 AND 7),
    -- faucets and sinks are split, so that no row is what everybody waits for
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 255),
    balance BIGINT NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 0),
    UNIQUE (kind, owner_id, currency, shard),
    CONSTRAINT balance_not_negative CHECK (kind IN (3, 4) OR balance >= 0),
    CONSTRAINT balance_fits CHECK (kind <> 1 OR currency <> 1 OR balance <= 2000000000)
);

CREATE TABLE ledger_tx (
    id BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    -- the reason, as massless-core numbers it
    kind SMALLINT NOT NULL,
    request_hash BYTEA NOT NULL CHECK (length(request_hash) = 32),
    -- the answer, as JSON
    result TEXT NOT NULL,
    -- whose operation; none: the realm's own (expiry, purge)
    actor_id BIGINT REFERENCES character (id) ON DELETE RESTRICT,
    actor_host TEXT,
    -- of the actor's lease; none: asked by the account's own requests, without a lease
    actor_epoch BIGINT,
    reverses BYTEA REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    created_at BIGINT NOT NULL
);
CREATE INDEX ledger_tx_actor ON ledger_tx (actor_id, created_at);
CREATE INDEX ledger_tx_reverses ON ledger_tx (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_entry (
    tx_id BYTEA NOT NULL REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    account_id BIGINT NOT NULL REFERENCES ledger_account (id) ON DELETE RESTRICT,
    delta BIGINT NOT NULL CHECK (delta <> 0),
    account_version BIGINT NOT NULL CHECK (account_version > 0),
    balance_after BIGINT NOT NULL,
    PRIMARY KEY (tx_id, account_id),
    UNIQUE (account_id, account_version)
);

CREATE TABLE item (
    id BIGSERIAL PRIMARY KEY,
    def_id INTEGER NOT NULL REFERENCES item_def (id) ON DELETE RESTRICT,
    -- 1 character, 2 ground, 3 escrow, 4 mail, 5 market, 6 void
    owner_kind SMALLINT NOT NULL CHECK (owner_kind BETWEEN 1 AND 6),
    -- character, zone, trade, mail, listing; of the void: the reason it went for
    owner_id BIGINT NOT NULL,
    -- of a character: 0 bag, 1 worn, 2 storage
    area SMALLINT CHECK (area BETWEEN 0 AND 2),
    slot SMALLINT CHECK (slot BETWEEN 0 AND 89),
    rarity SMALLINT NOT NULL CHECK (rarity BETWEEN 0 AND 4),
    upgrade SMALLINT NOT NULL CHECK (upgrade BETWEEN 0 AND 9),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 0 AND 65535),
    is_bound BOOLEAN NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    created_tx BYTEA NOT NULL REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    CONSTRAINT nothing_is_in_the_void CHECK ((owner_kind = 6) = (quantity = 0)),
    CONSTRAINT bound_stays CHECK (NOT is_bound OR owner_kind IN (1, 6))
);
CREATE UNIQUE INDEX item_place ON item (owner_id, area, slot) WHERE owner_kind = 1;
CREATE INDEX item_owner ON item (owner_kind, owner_id) WHERE owner_kind <> 6;
CREATE INDEX item_def_id ON item (def_id) WHERE owner_kind <> 6;
CREATE INDEX item_created_tx ON item (created_tx);

CREATE TABLE item_event (
    item_id BIGINT NOT NULL REFERENCES item (id) ON DELETE RESTRICT,
    version BIGINT NOT NULL CHECK (version > 0),
    tx_id BYTEA NOT NULL REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    -- as owner_kind; 7: a faucet, by reason. What goes, goes to 6, by reason
    from_kind SMALLINT NOT NULL CHECK (from_kind BETWEEN 1 AND 7),
    from_id BIGINT NOT NULL,
    to_kind SMALLINT NOT NULL CHECK (to_kind BETWEEN 1 AND 6),
    to_id BIGINT NOT NULL,
    quantity_delta INTEGER NOT NULL,
    quantity_after INTEGER NOT NULL CHECK (quantity_after >= 0),
    upgrade_after SMALLINT NOT NULL,
    PRIMARY KEY (item_id, version)
);
CREATE INDEX item_event_tx ON item_event (tx_id);

CREATE TABLE outbox (
    seq BIGSERIAL PRIMARY KEY,
    tx_id BYTEA NOT NULL UNIQUE REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (seq) WHERE published_at IS NULL;

CREATE TABLE trade (
    id BIGSERIAL PRIMARY KEY,
    a_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    b_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    -- 1 open, 2 locked, 3 committed, 4 aborted
    state SMALLINT NOT NULL CHECK (state BETWEEN 1 AND 4),
    a_offer TEXT NOT NULL,
    b_offer TEXT NOT NULL,
    a_revision INTEGER NOT NULL,
    b_revision INTEGER NOT NULL,
    tx_id BYTEA UNIQUE REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    created_at BIGINT NOT NULL,
    CHECK ((state = 3) = (tx_id IS NOT NULL))
);
CREATE INDEX trade_a ON trade (a_id);
CREATE INDEX trade_b ON trade (b_id);

CREATE TABLE item_quarantine (
    item_id BIGINT NOT NULL PRIMARY KEY REFERENCES item (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
