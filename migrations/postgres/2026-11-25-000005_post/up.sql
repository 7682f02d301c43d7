-- Mail and market. What is on its way belongs to the mail or the listing, coin to the receiver's escrow.
CREATE TABLE mail_draft (
    id BIGSERIAL PRIMARY KEY,
    sender_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    recipient_id BIGINT NOT NULL REFERENCES character (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mail_draft_sender ON mail_draft (sender_id);
CREATE INDEX mail_draft_recipient ON mail_draft (recipient_id);

CREATE TABLE mail (
    id BIGSERIAL PRIMARY KEY,
    -- 1 of a player, 2 of the system, 3 returned
    kind SMALLINT NOT NULL CHECK (kind BETWEEN 1 AND 3),
    sender_id BIGINT REFERENCES character (id) ON DELETE RESTRICT,
    recipient_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    -- what is still in it
    coin BIGINT NOT NULL CHECK (coin BETWEEN 0 AND 2000000000),
    tx_id BYTEA NOT NULL REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    sent_at BIGINT NOT NULL,
    arrives_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    read_at BIGINT,
    claimed_at BIGINT,
    -- out of the inbox; the row stays for the ledger's sake
    deleted_at BIGINT,
    CONSTRAINT closed_is_empty CHECK (deleted_at IS NULL OR coin = 0)
);
CREATE INDEX mail_inbox ON mail (recipient_id, id) WHERE deleted_at IS NULL;
CREATE INDEX mail_expires ON mail (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX mail_sender ON mail (sender_id);
CREATE INDEX mail_tx ON mail (tx_id);

CREATE TABLE listing (
    id BIGSERIAL PRIMARY KEY,
    seller_id BIGINT NOT NULL REFERENCES character (id) ON DELETE RESTRICT,
    buyer_id BIGINT REFERENCES character (id) ON DELETE RESTRICT,
    item_id BIGINT NOT NULL REFERENCES item (id) ON DELETE RESTRICT,
    def_id INTEGER NOT NULL REFERENCES item_def (id) ON DELETE RESTRICT,
    rarity SMALLINT NOT NULL,
    upgrade SMALLINT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price BIGINT NOT NULL CHECK (price BETWEEN 1 AND 100000000),
    -- 1 open, 2 sold, 3 run out, 4 taken back
    state SMALLINT NOT NULL CHECK (state BETWEEN 1 AND 4),
    listed_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    closed_at BIGINT,
    tx_id BYTEA NOT NULL REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    closing_tx BYTEA REFERENCES ledger_tx (id) ON DELETE RESTRICT,
    CHECK ((state = 1) = (closed_at IS NULL))
);
CREATE INDEX listing_open ON listing (def_id, price) WHERE state = 1;
CREATE INDEX listing_expires ON listing (expires_at) WHERE state = 1;
CREATE INDEX listing_seller ON listing (seller_id, state);
CREATE INDEX listing_item ON listing (item_id);
CREATE INDEX listing_tx ON listing (tx_id);
CREATE INDEX listing_closing_tx ON listing (closing_tx);
CREATE INDEX listing_buyer ON listing (buyer_id);
