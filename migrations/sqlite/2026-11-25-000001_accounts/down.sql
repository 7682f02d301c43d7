DROP TABLE kill_switch;
DROP TABLE idempotency_http;
DROP TABLE audit;
DROP TABLE ban;
DROP TABLE refresh_token;
DROP TABLE account;
