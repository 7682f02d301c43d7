DROP INDEX audit_actor;
DROP INDEX audit_action;
DROP TABLE console_session;
DROP TABLE recovery_code;
DROP TABLE second_factor;
