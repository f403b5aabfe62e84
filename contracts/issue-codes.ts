/**
 * What can be wrong with a cell, a row or the file. An issue is a code and a place, never the value (design 2, promise 7).
 * The number is the code's form in the hot path (staging) only; the name is what is stored and shown.
 */
export type Severity = 'error' | 'warning' | 'info';

export interface IssueKind {
  readonly severity: Severity;
  /** What is wrong and how to mend it, for a person; `{field}`-free: the place is shown beside it. */
  readonly message: string;
}

export const issueKinds = {
  REQUIRED_MISSING: { severity: 'error', message: 'A required field is empty. Fill it in at the source, or correct the row.' },
  KEY_MISSING: { severity: 'error', message: 'A field of the key is empty, so the record cannot be told from others. Fill in the key.' },
  INTEGER_INVALID: { severity: 'error', message: 'Not a whole number. Write digits only, with an optional sign.' },
  INTEGER_OUT_OF_RANGE: { severity: 'error', message: 'The whole number does not fit the field’s type.' },
  NUMBER_INVALID: { severity: 'error', message: 'Not a number. Write digits with a point as decimal mark.' },
  NUMBER_OUT_OF_RANGE: { severity: 'error', message: 'The number has more digits before the point than the field can hold.' },
  NUMBER_PRECISION_LOSS: { severity: 'error', message: 'The number has more decimals than the field can hold; storing it would change it.' },
  BOOLEAN_INVALID: { severity: 'error', message: 'Not a yes/no value. Write true/false, yes/no, y/n, t/f or 1/0.' },
  DATE_INVALID: { severity: 'error', message: 'Not a date in any of the column’s formats.' },
  DATE_IMPOSSIBLE: { severity: 'error', message: 'The day does not exist in the calendar.' },
  DATE_AMBIGUOUS: { severity: 'error', message: 'Day and month cannot be told apart in this column. Say which with --date-format FIELD=DMY or FIELD=MDY.' },
  TIMESTAMP_INVALID: { severity: 'error', message: 'Not a date and time in any of the column’s formats.' },
  TIMESTAMP_PRECISION_LOSS: { severity: 'error', message: 'The time has more decimals of a second than the field can hold; storing it would change it.' },
  TIME_NOT_IN_ZONE: { severity: 'error', message: 'This clock time does not exist, or exists twice, in the job’s zone (a change of summer time).' },
  UUID_INVALID: { severity: 'error', message: 'Not a UUID.' },
  JSON_INVALID: { severity: 'error', message: 'Not valid JSON.' },
  ENUM_UNKNOWN: { severity: 'error', message: 'Not one of the values that the field allows.' },
  ARRAY_INVALID: { severity: 'error', message: 'Not a list. Separate the elements with semicolons, or write a JSON array of texts.' },
  POINT_INVALID: { severity: 'error', message: 'Not a coordinate pair. Write latitude,longitude, POINT(lon lat) or a GeoJSON Point.' },
  POINT_OUT_OF_RANGE: { severity: 'error', message: 'Latitude must lie within ±90 and longitude within ±180 degrees.' },
  EMAIL_INVALID: { severity: 'warning', message: 'Does not look like an e-mail address; stored as it stands.' },
  RANGE_BELOW: { severity: 'error', message: 'Below the least value that the field allows.' },
  RANGE_ABOVE: { severity: 'error', message: 'Above the greatest value that the field allows.' },
  TEXT_TOO_LONG: { severity: 'error', message: 'Longer than the field can hold.' },
  TEXT_NUL: { severity: 'error', message: 'Holds a NUL character, which PostgreSQL cannot store.' },
  TEXT_UNDECODABLE: { severity: 'error', message: 'Holds bytes that are not valid in the file’s encoding.' },
  ROW_TOO_FEW_CELLS: { severity: 'error', message: 'The row has fewer cells than the header. A separator may be missing.' },
  ROW_TOO_MANY_CELLS: { severity: 'error', message: 'The row has more cells than the header. A separator may stand unquoted inside a cell.' },
  ROW_TOO_LONG: { severity: 'error', message: 'The row is longer than a row may be.' },
  ROW_QUOTE_BROKEN: { severity: 'error', message: 'Text follows a closing quote in a cell. Double the quotes inside quoted cells.' },
  ROW_JSON_INVALID: { severity: 'error', message: 'The row is not valid JSON.' },
  ROW_JSON_TOO_DEEP: { severity: 'error', message: 'Objects and arrays are nested more deeply than a row may be.' },
  ROW_NOT_OBJECT: { severity: 'error', message: 'The row is a bare value where the others are objects.' },
  ROW_KEY_REPEATED: { severity: 'error', message: 'A key stands twice in one object of the row, so it is not known which value is meant.' },
  ROW_PATH_UNKNOWN: { severity: 'warning', message: 'The row has a value at a place that no sampled row had; it feeds no field.' },
  ROW_COLUMNS_OVERLAP: { severity: 'error', message: 'Text stands across the border of two columns. Say with --widths how wide they are.' },
  ROW_XML_INVALID: { severity: 'error', message: 'The row is not well-formed XML.' },
  ROW_XML_TOO_DEEP: { severity: 'error', message: 'Elements are nested more deeply than a row may be.' },
  TEXT_ENTITY_UNKNOWN: { severity: 'error', message: 'Refers to a character or entity that XML does not have. Write & as &amp;, others as numbers.' },
  TEXT_HALF_SURROGATE: { severity: 'error', message: 'Holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no character.' },
  KEY_EXISTS: { severity: 'error', message: 'A record with this key is in the dataset already, and the mode is insert.' },
  KEY_NOT_FOUND: { severity: 'error', message: 'No record with this key is in the dataset, and the mode is update.' },
  DUPLICATE_REJECTED: { severity: 'error', message: 'The key stands more than once in the file, and the job rejects all such rows.' },
  UNIQUE_VIOLATED: { severity: 'error', message: 'A value that must be unique is used by another record or row.' },
  REFERENCE_MISSING: { severity: 'error', message: 'The record that this value refers to is not in its dataset.' },
  CHECK_VIOLATED: { severity: 'error', message: 'The row breaks a rule of the table.' },
  VALUE_REFUSED: { severity: 'error', message: 'The database does not accept the value for the field’s type.' },
  ROW_REFUSED: { severity: 'error', message: 'The database refused the row (a trigger or another rule of the table).' },
  SHEET_ERROR_VALUE: { severity: 'error', message: 'The cell holds an error of the spreadsheet, such as #N/A or #REF!, and no value.' },
  SHEET_FORMULA_WITHOUT_VALUE: { severity: 'error', message: 'The cell holds a formula whose result was not saved. Open the workbook in a spreadsheet and save it again.' },
  SHEET_DATE_IMPOSSIBLE: { severity: 'error', message: 'The cell is formatted as a date, and its number is no day of the calendar.' },
  SHEET_DIGITS_DOUBTFUL: { severity: 'warning', message: 'A whole number of more than 15 digits is stored as a number in the spreadsheet, which keeps no more; its last digits may not be those that were typed.' },
  TRANSFORM_NUMBER_INVALID: { severity: 'error', message: 'Not a number in the notation that the mapping names. Check its decimal mark, its group mark and its currency signs.' },
  TRANSFORM_UNIT_UNKNOWN: { severity: 'error', message: 'The number has no unit, or one that cannot be turned into the unit of the field.' },
  TRANSFORM_BOOLEAN_UNKNOWN: { severity: 'error', message: 'Not one of the words for yes and no that the mapping knows.' },
  TRANSFORM_DATE_INVALID: { severity: 'error', message: 'Not a date in any of the formats that the mapping lists.' },
  TRANSFORM_DATE_AMBIGUOUS: { severity: 'error', message: 'Two formats of the mapping read different dates here, and the column does not tell which. Keep the one that the file follows, or say the order of day and month.' },
  TRANSFORM_DATE_PARTS: { severity: 'error', message: 'Day, month or year is missing, or not a number in its range.' },
  TRANSFORM_PARTIAL_DATE_INVALID: { severity: 'error', message: 'Not a date or partial date. Write 1985, 1985-04, 1985-04-12, 198X, with ? or ~ behind what is not sure (EDTF, level 1).' },
  TRANSFORM_PHONE_INVALID: { severity: 'error', message: 'Not a telephone number of its country, or one with an extension, which the international form cannot hold.' },
  TRANSFORM_COUNTRY_UNKNOWN: { severity: 'error', message: 'Not a country’s code, nor its name in English, Spanish, French, Portuguese or German.' },
  TRANSFORM_LANGUAGE_UNKNOWN: { severity: 'error', message: 'Not a language’s code, nor its name in English, Spanish, French, Portuguese or German.' },
  TRANSFORM_COORDINATES_INVALID: { severity: 'error', message: 'Not a place in the notation that the mapping names.' },
  TRANSFORM_COORDINATES_SWAPPED: { severity: 'error', message: 'The latitude lies beyond 90 degrees, and the longitude does not: the two are likely swapped.' },
  TRANSFORM_EXPRESSION_FAILED: { severity: 'error', message: 'The expression of the mapping cannot be computed for the cell.' },
  TRANSFORM_NO_MATCH: { severity: 'error', message: 'The pattern of the mapping does not match the cell.' },
  VALUE_UNKNOWN: { severity: 'error', message: 'A code that the field’s value map does not know.' },
  VALUE_UNKNOWN_BLOCKS: { severity: 'error', message: 'A code that the field’s value map does not know; the map stops such files before anything is written.' },
  QUALITY_OUTLIER: { severity: 'warning', message: 'The value lies far from those of the other rows. Compare it with the source; a decimal mark or a unit may be wrong.' },
  RULE_BROKEN: { severity: 'error', message: 'The row breaks a rule of the import.' },
  RULE_TOO_COSTLY: { severity: 'error', message: 'An expression of the import takes too many steps on this row, such as a very long list or text.' },
  TEXT_TOO_SHORT: { severity: 'error', message: 'The text is shorter than the field’s least length.' },
  PATTERN_MISMATCH: { severity: 'error', message: 'The text does not have the form that the rule asks for.' },
  QUALITY_PLACEHOLDER: { severity: 'warning', message: 'Looks like a stand-in for a missing value. Leave the cell empty, or fill in the value.' },
  QUALITY_SWAPPED_DAY_MONTH: { severity: 'warning', message: 'The date lies in the future, and with day and month swapped it does not. Check how the source writes dates.' },
  QUALITY_SWAPPED_COORDINATES: { severity: 'warning', message: 'The place lies outside of the area, and with latitude and longitude swapped it lies inside. Check which column is which.' },
  QUALITY_OUTSIDE_AREA: { severity: 'warning', message: 'The place lies outside of the area that the rule names. Check the sign, the order and the decimal mark of the coordinates.' },
  QUALITY_MOJIBAKE: { severity: 'warning', message: 'The text looks like UTF-8 that was read in another encoding, such as Ã© for é. Mend it at the source, or say --encoding.' },
  QUALITY_LEADING_APOSTROPHE: { severity: 'warning', message: 'The text begins with an apostrophe, as spreadsheets show cells that were forced to be text. Take it away.' },
  TRANSFORM_COORDINATES_AMBIGUOUS: { severity: 'error', message: 'The S of this UTM zone may be the southern half or the band from 32 to 40 degrees north. Say "zoneLetter": "hemisphere" or "band" in the mapping.' },
} as const satisfies Readonly<Record<string, IssueKind>>;

export type IssueCode = keyof typeof issueKinds;
export const issueCodes = Object.keys(issueKinds) as readonly IssueCode[];

/** Position from 1 in {@link issueCodes}: 0 means "no issue" in the hot path. */
export const issueNumber = (code: IssueCode): number => issueCodes.indexOf(code) + 1;
export const issueCodeOf = (number: number): IssueCode => {
  const code = issueCodes[number - 1];
  if (code === undefined) throw new RangeError(`no issue code has the number ${number}`);
  return code;
};

/** One finding, as stored. Rows count from 1 without the header; lines are physical, from 1 (design 10.6). */
export interface Issue {
  readonly rowNo: number;
  readonly lineNo: number;
  /** Dataset field; null when the row as a whole is meant. */
  readonly field: string | null;
  /** Source column from 1; null when the row as a whole is meant. */
  readonly columnNo: number | null;
  readonly code: IssueCode;
  readonly severity: Severity;
  /** Name of the import's rule that found it; null: the field's type, the dataset's or the table's own rule did. */
  readonly rule: string | null;
}
