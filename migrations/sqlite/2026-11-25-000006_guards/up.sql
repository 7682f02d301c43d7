-- What the database itself refuses, whoever asks: changes of what is append only, epochs that jump
-- or fall. SQLite has no deferred triggers: that an operation sums to 0 is checked before it is written.
CREATE TRIGGER ledger_tx_no_update BEFORE UPDATE ON ledger_tx BEGIN
    SELECT RAISE(ABORT, 'ledger_tx is append only');
END;
CREATE TRIGGER ledger_tx_no_delete BEFORE DELETE ON ledger_tx BEGIN
    SELECT RAISE(ABORT, 'ledger_tx is append only');
END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is append only');
END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'ledger_entry is append only');
END;
CREATE TRIGGER item_event_no_update BEFORE UPDATE ON item_event BEGIN
    SELECT RAISE(ABORT, 'item_event is append only');
END;
CREATE TRIGGER item_event_no_delete BEFORE DELETE ON item_event BEGIN
    SELECT RAISE(ABORT, 'item_event is append only');
END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit is append only');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'audit is append only');
END;
CREATE TRIGGER lease_history_no_update BEFORE UPDATE ON lease_history BEGIN
    SELECT RAISE(ABORT, 'lease_history is append only');
END;
CREATE TRIGGER lease_history_no_delete BEFORE DELETE ON lease_history BEGIN
    SELECT RAISE(ABORT, 'lease_history is append only');
END;
CREATE TRIGGER zone_lease_epoch BEFORE UPDATE ON zone_lease
WHEN NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1) BEGIN
    SELECT RAISE(ABORT, 'an epoch rises by one');
END;
CREATE TRIGGER character_lease_epoch BEFORE UPDATE ON character_lease
WHEN NEW.epoch NOT IN (OLD.epoch, OLD.epoch + 1) BEGIN
    SELECT RAISE(ABORT, 'an epoch rises by one');
END;
