-- Which of the import's rules found an issue; null: the field's type, the dataset or the table did.
alter table waybill.issues add column rule text;
