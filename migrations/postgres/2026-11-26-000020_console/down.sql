DROP INDEX account_login_key_start;
DROP INDEX character_name_key_start;
DROP INDEX audit_actor;
DROP INDEX audit_action;
DROP TABLE console_session;
DROP TABLE recovery_code;
DROP TABLE second_factor;
