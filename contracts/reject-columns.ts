/**
 * The columns that a file of rejected rows has beside the sender's own. A file with all of them says by that that its texts may carry an
 * apostrophe against formulas (design 10.19): importing it takes the apostrophe away again.
 */
export const rejectColumns = ['waybill_row', 'waybill_line', 'waybill_reasons'] as const;

export const carriesRejects = (columns: readonly string[]): boolean => rejectColumns.every((name) => columns.includes(name));
