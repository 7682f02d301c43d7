DO $$
DECLARE
    granted TEXT;
BEGIN
    FOR granted IN SELECT rolname FROM pg_roles WHERE rolname IN ('massless_app', 'massless_read') LOOP
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), granted);
        EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', current_schema(), granted);
        EXECUTE format('REVOKE USAGE ON SCHEMA %I FROM %I', current_schema(), granted);
    END LOOP;
END
$$;
DROP TRIGGER character_lease_epoch ON character_lease;
DROP TRIGGER zone_lease_epoch ON zone_lease;
DROP FUNCTION massless_epoch_rises();
DROP TRIGGER ledger_entry_sums_to_zero ON ledger_entry;
DROP FUNCTION massless_sums_to_zero();
DROP TRIGGER lease_history_never_emptied ON lease_history;
DROP TRIGGER lease_history_append_only ON lease_history;
DROP TRIGGER audit_never_emptied ON audit;
DROP TRIGGER audit_append_only ON audit;
DROP TRIGGER item_event_never_emptied ON item_event;
DROP TRIGGER item_event_append_only ON item_event;
DROP TRIGGER ledger_entry_never_emptied ON ledger_entry;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_tx_never_emptied ON ledger_tx;
DROP TRIGGER ledger_tx_append_only ON ledger_tx;
DROP FUNCTION massless_append_only();
