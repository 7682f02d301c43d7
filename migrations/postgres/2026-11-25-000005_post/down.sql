DROP TABLE listing;
DROP TABLE mail;
DROP TABLE mail_draft;
