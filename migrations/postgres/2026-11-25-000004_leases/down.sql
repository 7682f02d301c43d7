DROP TABLE lease_history;
DROP TABLE character_lease;
DROP TABLE zone_snapshot;
DROP TABLE zone_lease;
DROP TABLE host;
DROP TABLE realm;
