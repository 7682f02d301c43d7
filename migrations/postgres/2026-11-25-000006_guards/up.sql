-- What the database itself refuses, whoever asks: changes of what is append only, operations that
-- do not sum to 0, epochs that jump or fall.
CREATE FUNCTION massless_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER ledger_tx_append_only BEFORE UPDATE OR DELETE ON ledger_tx
    FOR EACH ROW EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER ledger_tx_never_emptied BEFORE TRUNCATE ON ledger_tx
    FOR EACH STATEMENT EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER ledger_entry_never_emptied BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER item_event_append_only BEFORE UPDATE OR DELETE ON item_event
    FOR EACH ROW EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER item_event_never_emptied BEFORE TRUNCATE ON item_event
    FOR EACH STATEMENT EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER lease_history_append_only BEFORE UPDATE OR DELETE ON lease_history
    FOR EACH ROW EXECUTE FUNCTION massless_append_only();
CREATE TRIGGER lease_history_never_emptied BEFORE TRUNCATE ON lease_history
    FOR EACH STATEMENT EXECUTE FUNCTION massless_append_only();

CREATE FUNCTION massless_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM ledger_entry entry JOIN ledger_account account ON account.id = entry.account_id
        WHERE entry.tx_id = NEW.tx_id GROUP BY account.currency HAVING sum(entry.delta) <> 0
    ) THEN
        RAISE EXCEPTION 'operation % does not sum to 0', encode(NEW.tx_id, 'hex')
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_entry_sums_to_zero AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION massless_sums_to_zero();

CREATE FUNCTION massless_epoch_rises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the epoch of % goes from % to %', TG_TABLE_NAME, OLD.epoch, NEW.epoch
        USING ERRCODE = 'check_violation';
END
$$;
CREATE TRIGGER zone_lease_epoch BEFORE UPDATE ON zone_lease FOR EACH ROW
    WHEN (NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1)) EXECUTE FUNCTION massless_epoch_rises();
CREATE TRIGGER character_lease_epoch BEFORE UPDATE ON character_lease FOR EACH ROW
    WHEN (NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1)) EXECUTE FUNCTION massless_epoch_rises();

-- Roles belong to the whole server: made where we may, granted where they are, never dropped.
DO $$
DECLARE
    wanted TEXT;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['massless_app', 'massless_read'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'role % is missing and may not be made here', wanted;
        END;
    END LOOP;
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'massless_read') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO massless_read', current_schema());
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO massless_read', current_schema());
        -- secrets are not for readers
        REVOKE SELECT ON refresh_token, ticket, account FROM massless_read;
        GRANT SELECT (id, kind, login, session_epoch, roles, created_at, seen_at, deleted_at)
            ON account TO massless_read;
    END IF;
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'massless_app') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO massless_app', current_schema());
        EXECUTE format(
            'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA %I TO massless_app', current_schema());
        EXECUTE format(
            'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO massless_app', current_schema());
        REVOKE UPDATE ON ledger_tx, ledger_entry, item_event, audit, lease_history FROM massless_app;
        REVOKE INSERT, UPDATE ON __diesel_schema_migrations FROM massless_app;
        GRANT DELETE ON refresh_token, ticket, idempotency_http, character_quest, character_rank,
            character_pity, character_snapshot, zone_snapshot, friend, block, mail_draft,
            item_quarantine TO massless_app;
    END IF;
END
$$;
