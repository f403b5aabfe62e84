-- A container numbers its rows over its parts, and a file may have another one beside it (the schema of an XML file).
alter table waybill.export_parts add column first_row bigint not null default 0;
comment on column waybill.export_parts.first_row is 'Rows of the same file before this part.';
alter table waybill.export_files add column extension text;
comment on column waybill.export_files.extension is 'Of a file that stands beside the records; null: it holds records.';
