-- Parts are not synced to the disk, since they can be made again: whether a crash of the machine tore one is seen by its checksum.
alter table waybill.export_parts add column crc32 bigint;
comment on column waybill.export_parts.crc32 is 'Of the part as it was written; null until then.';
