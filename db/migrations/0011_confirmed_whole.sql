-- What was confirmed is remembered whole. The header of several columns is their folded names joined by +; of a field without a column (a constant) it is =: neither is ever the name of a column.
alter table waybill.confirmed_mappings
  add column transforms jsonb,
  -- Of a field without a column: folded names of the columns that fed the others. It is for files that have them.
  add column beside text[];
comment on table waybill.confirmed_mappings is 'Column names that operators mapped to fields, with their transforms, by dataset and partner, and how often.';
