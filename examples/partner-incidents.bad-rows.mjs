/** The rows that must not pass (and two warnings that must), one entry a row: what is done to a sound row, and what has to be said about it. */

/** Stands for one byte that is not UTF-8; a private-use character that no text of the example holds. */
export const markOfBadByte = '\ue000';

/** A cell's exact characters in the file, beside all quoting. */
const raw = (text) => ({ raw: text });

const cell = (field, value, code) => ({
  name: `${field}: ${code}`,
  spoil: (cells, at) => { cells[at[field]] = value; },
  issues: [{ code, field }],
});

/** No field is meant; `near`: the column of this field is where it shows. */
const wholeRow = (name, code, spoil, near = null) => ({ name, spoil, issues: [{ code, field: null, near }] });

const several = (name, changes) => ({
  name,
  spoil: (cells, at) => { for (const [field, value] of changes) cells[at[field]] = value; },
  issues: changes.flatMap(([field, , code]) => (code === undefined ? [] : [{ code, field }])),
});

const badKeysAndTexts = [
  cell('incident_id', '', 'KEY_MISSING'),
  cell('incident_id', '', 'KEY_MISSING'),
  cell('occurred_on', '', 'REQUIRED_MISSING'),
  cell('category', '', 'REQUIRED_MISSING'),
  cell('reported_at', '', 'REQUIRED_MISSING'),
  cell('country', 'DEU', 'TEXT_TOO_LONG'),
  cell('municipality', 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch upon the water', 'TEXT_TOO_LONG'),
  cell('incident_id', 'PX-2023-000000000000017', 'TEXT_TOO_LONG'),
  cell('narrative', 'Line torn off here\u0000 and goes on.', 'TEXT_NUL'),
  cell('address', 'Quai 7\u0000', 'TEXT_NUL'),
  cell('status', 'Pending legal', 'ENUM_UNKNOWN'),
  cell('category', 'Arson', 'ENUM_UNKNOWN'),
  cell('category', '盗難', 'ENUM_UNKNOWN'),
];

const badNumbers = [
  cell('persons_involved', 'several', 'INTEGER_INVALID'),
  cell('persons_involved', '3.5', 'INTEGER_INVALID'),
  cell('persons_involved', '99999999999', 'INTEGER_OUT_OF_RANGE'),
  cell('priority', '40000', 'INTEGER_OUT_OF_RANGE'),
  cell('priority', '9', 'RANGE_ABOVE'),
  cell('priority', '0', 'RANGE_BELOW'),
  cell('loss_amount', 'approx. 500', 'NUMBER_INVALID'),
  cell('loss_amount', '1.200,50', 'NUMBER_INVALID'),
  cell('loss_amount', '123456789012.00', 'NUMBER_OUT_OF_RANGE'),
  cell('loss_amount', '99.995', 'NUMBER_PRECISION_LOSS'),
  cell('loss_amount', '0.001', 'NUMBER_PRECISION_LOSS'),
  cell('loss_amount', '-25.00', 'RANGE_BELOW'),
  cell('latitude', '91.250000', 'RANGE_ABOVE'),
  cell('longitude', '-180.500000', 'RANGE_BELOW'),
];

const badTimes = [
  cell('occurred_on', '31/02/2024', 'DATE_IMPOSSIBLE'),
  cell('occurred_on', '2023-02-29', 'DATE_IMPOSSIBLE'),
  cell('occurred_on', '31/04/2023', 'DATE_IMPOSSIBLE'),
  cell('occurred_on', 'spring 2023', 'DATE_INVALID'),
  cell('occurred_on', 'unknown', 'DATE_INVALID'),
  cell('occurred_on', '1889-04-20', 'RANGE_BELOW'),
  cell('occurred_on', '14/07/2205', 'RANGE_ABOVE'),
  // Typed by hand into a column that is ISO everywhere else: nothing in the file says whether the day or the month comes first.
  cell('closed_on', '03/04/2024', 'DATE_AMBIGUOUS'),
  cell('closed_on', '05/11/2023', 'DATE_AMBIGUOUS'),
  cell('closed_on', '07/06/2024', 'DATE_AMBIGUOUS'),
  cell('reported_at', '2024-05-14T25:10:00+02:00', 'TIMESTAMP_INVALID'),
  cell('reported_at', 'yesterday, 14:30', 'TIMESTAMP_INVALID'),
];

const badStructures = [
  cell('arrest_made', 'maybe', 'BOOLEAN_INVALID'),
  cell('arrest_made', '2', 'BOOLEAN_INVALID'),
  cell('source_guid', '5f0c1e9a-77b2-4c1d-9e55-0a1b2c3d4e', 'UUID_INVALID'),
  cell('source_guid', 'see paper file', 'UUID_INVALID'),
  cell('details', '{"vehicle": "blue van"', 'JSON_INVALID'),
  cell('details', "{'vehicle': 'red car'}", 'JSON_INVALID'),
  cell('tags', '["night", "vehicle"', 'ARRAY_INVALID'),
  cell('location', 'near the old bridge', 'POINT_INVALID'),
  cell('location', '52.520008', 'POINT_INVALID'),
  cell('location', '95.200000,13.400000', 'POINT_OUT_OF_RANGE'),
  cell('location', '48.137154,191.575382', 'POINT_OUT_OF_RANGE'),
  // Warnings: the record is stored as it stands.
  cell('contact_email', 'ask at the desk', 'EMAIL_INVALID'),
  cell('contact_email', 'jane.doe@', 'EMAIL_INVALID'),
];

const badRecords = [
  wholeRow('too few cells: the end is missing', 'ROW_TOO_FEW_CELLS', (cells) => { cells.length = 17; }),
  wholeRow('too few cells: one separator is missing', 'ROW_TOO_FEW_CELLS', (cells, at) => { cells.splice(at.address, 1); }),
  wholeRow('too many cells: a separator stands unquoted', 'ROW_TOO_MANY_CELLS', (cells, at) => { cells[at.narrative] = raw('Two windows broken; nothing missing'); }),
  wholeRow('too many cells: an empty one at the end', 'ROW_TOO_MANY_CELLS', (cells) => { cells.push(''); }),
  wholeRow('text after the closing quote', 'ROW_QUOTE_BROKEN', (cells, at) => { cells[at.narrative] = raw('"Caller said "help" and hung up"'); }, 'narrative'),
  wholeRow('text after the closing quote, with a separator inside', 'ROW_QUOTE_BROKEN', (cells, at) => { cells[at.address] = raw('"Yard 4; gate B" (rear)'); }, 'address'),
  // What is not text in the file's encoding cannot be kept as text either: the row is unreadable, not quarantined.
  wholeRow('a byte of windows-1252 in a UTF-8 file', 'TEXT_UNDECODABLE', (cells, at) => { cells[at.narrative] = `Vol au Caf${markOfBadByte} de la Gare`; }),
  wholeRow('a byte of windows-1252 in a UTF-8 file', 'TEXT_UNDECODABLE', (cells, at) => { cells[at.address] = `12 rue du March${markOfBadByte} neuf`; }),
];

const rowsWithSeveralReasons = [
  several('three reasons in one row', [['occurred_on', '30/02/2023', 'DATE_IMPOSSIBLE'], ['status', 'Lost', 'ENUM_UNKNOWN'], ['loss_amount', '12.345', 'NUMBER_PRECISION_LOSS']]),
  several('no key, and a bad number', [['incident_id', '', 'KEY_MISSING'], ['persons_involved', 'two', 'INTEGER_INVALID']]),
  several('every coordinate out of range', [['latitude', '-95.100000', 'RANGE_BELOW'], ['longitude', '200.000000', 'RANGE_ABOVE'], ['location', '-95.100000,200.000000', 'POINT_OUT_OF_RANGE']]),
  { ...cell('loss_amount', 'see annex', 'NUMBER_INVALID'), name: 'a newer state of an earlier case, but bad: the earlier one wins', ofEarlier: true },
  { ...cell('occurred_on', '31/06/2022', 'DATE_IMPOSSIBLE'), name: 'a newer state of an earlier case, but bad: the earlier one wins', ofEarlier: true },
];

export const badRows = [...badKeysAndTexts, ...badNumbers, ...badTimes, ...badStructures, ...badRecords, ...rowsWithSeveralReasons];
