/**
 * Errors of the job as a whole: typed, coded, with the place and the remedy; never a cell value (promise 7).
 * Whether a retry can help is decided here, by code, and nowhere else. docs/errors.md lists each code; a test compares.
 */
export interface ErrorKind {
  /** Whether the engine should try the activity again. */
  readonly retryable: boolean;
  /** How the job ends when the error is final. */
  readonly ends: 'refused' | 'failed';
  /** What happened, in one sentence that holds for each case: said of a job that ended, whose row keeps the code and the place. */
  readonly says: string;
  readonly remedy: string;
}

export const errorKinds = {
  FILE_EMPTY: { retryable: false, ends: 'refused', says: 'The file is empty.', remedy: 'Ask the sender for the file again.' },
  FILE_NO_RECORDS: { retryable: false, ends: 'refused', says: 'The file has no records.', remedy: 'Ask the sender whether that is meant.' },
  FILE_BINARY: { retryable: false, ends: 'refused', says: 'The file is of no format that is read.', remedy: 'Export it as CSV or JSON, and see docs/formats.md.' },
  FILE_JSON_INVALID: { retryable: false, ends: 'refused', says: 'The JSON document is broken where its records begin or end.', remedy: 'Correct it at the named place, or ask the sender for it again.' },
  FILE_XML_INVALID: { retryable: false, ends: 'refused', says: 'The XML document is broken where its records begin or end.', remedy: 'Correct it at the named place, or ask the sender for it again.' },
  FILE_XML_DTD: { retryable: false, ends: 'refused', says: 'The XML document declares entities or a document type of its own.', remedy: 'Declarations are not followed, since they can make a text grow without end. Ask the sender for the document without them.' },
  FILE_RECORDS_UNKNOWN: { retryable: false, ends: 'refused', says: 'There are no records at the record path.', remedy: 'Say where the records are with --record-path, for example data.items; `.` is the root.' },
  FILE_CUT_OFF: { retryable: false, ends: 'refused', says: 'The file ends too early.', remedy: 'Ask the sender for the whole file.' },
  FILE_PARQUET_INVALID: { retryable: false, ends: 'refused', says: 'The Parquet file is broken.', remedy: 'Ask the sender for the file again.' },
  FILE_PARQUET_UNSUPPORTED: { retryable: false, ends: 'refused', says: 'The Parquet file has a column that is written in a way that is not read.', remedy: 'Ask the sender for another compression or encoding; docs/formats.md names those that are read.' },
  FILE_UNPACKING_FAILED: { retryable: false, ends: 'refused', says: 'The compressed file cannot be unpacked.', remedy: 'The compressed data is damaged. Ask the sender for the file again.' },
  FILE_EXPANDS_TOO_MUCH: { retryable: false, ends: 'refused', says: 'The compressed file grows out of all proportion.', remedy: 'If that is meant, unpack it and send it as it is.' },
  FILE_ZIP_CHOICE: { retryable: false, ends: 'refused', says: 'The ZIP file holds several files.', remedy: 'Choose one with --entry NAME or --entry "#2"; `waybill inspect` lists them.' },
  FILE_NESTED_ARCHIVE: { retryable: false, ends: 'refused', says: 'The file is packed within a packed file.', remedy: 'Unpack it and send what is in it.' },
  FILE_ENCRYPTED: { retryable: false, ends: 'refused', says: 'The file is protected by a password.', remedy: 'Ask the sender for it without a password, or take the protection off and send it again.' },
  FILE_WORKBOOK_INVALID: { retryable: false, ends: 'refused', says: 'The workbook is broken.', remedy: 'Open it in a spreadsheet and save it again, or ask the sender for it again.' },
  FILE_WORKBOOK_TOO_LARGE: { retryable: false, ends: 'refused', says: 'The workbook is larger than what is read of its format.', remedy: 'Save it as CSV, an XLS file also as XLSX, and see docs/formats.md.' },
  FILE_SHEET_UNKNOWN: { retryable: false, ends: 'refused', says: 'The workbook has no such sheet.', remedy: 'Name one of its sheets with --sheet, or its place: --sheet "#2". waybill inspect shows them.' },
  FILE_UNCLOSED_QUOTE: { retryable: false, ends: 'refused', says: 'A quote opens and never closes.', remedy: 'Close the quote at the named line, or say --quote none when quotes are ordinary characters.' },
  FILE_TOO_MANY_COLUMNS: { retryable: false, ends: 'refused', says: 'The file has more columns than a table can hold.', remedy: 'A dataset takes at most 1,600 mapped columns; check the delimiter.' },
  FILE_ROW_TOO_LONG: { retryable: false, ends: 'refused', says: 'A record is too long to be read.', remedy: 'A single record is larger than 16 MiB; check quotes and delimiter near the named line.' },
  FILE_CHANGED: { retryable: false, ends: 'failed', says: 'The archived copy of the file no longer has the SHA-256 under which it was received.', remedy: 'Restore it from a backup or send the file again.' },
  FILE_MISSING: { retryable: false, ends: 'failed', says: 'The archived copy of the file is not there.', remedy: 'Restore it from a backup or send the file again.' },
  FILE_UNREADABLE: { retryable: false, ends: 'refused', says: 'The file cannot be read.', remedy: 'Check the path and that you may read the file.' },
  FILE_UNWRITABLE: { retryable: false, ends: 'refused', says: 'The file cannot be written.', remedy: 'Check the path, that you may write there, and the free space.' },
  FILE_UNDECODABLE: { retryable: false, ends: 'refused', says: 'The bytes of the file are not text in its encoding.', remedy: 'Name the right encoding with --encoding.' },
  SOURCE_UNKNOWN: { retryable: false, ends: 'refused', says: 'No file with this SHA-256 was received.', remedy: 'Upload the file first (PUT /files).' },
  UPLOAD_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is no such upload.', remedy: 'Start a new upload (POST /files); unfinished ones are kept for a day.' },
  UPLOAD_INVALID: { retryable: false, ends: 'refused', says: 'The piece does not fit to what the upload has.', remedy: 'Ask HEAD /files/<upload> for the offset and go on from there.' },
  UPLOAD_HASH_MISMATCH: { retryable: false, ends: 'refused', says: 'What arrived has another SHA-256 than what was sent.', remedy: 'The bytes changed on the way or while they were read. Send the file again.' },
  DISK_WOULD_FILL: { retryable: false, ends: 'refused', says: 'The import may need more disk space than there is.', remedy: 'Free the named amount of disk space and start again.' },
  DATASET_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is no such dataset.', remedy: 'List the datasets with `waybill dataset list`, or add it: `waybill dataset add SCHEMA.TABLE` takes a table that exists, `waybill dataset apply FILE.json` makes a new one.' },
  TABLE_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is no such table.', remedy: 'Name a table that exists, as SCHEMA.TABLE; a new one is made with `waybill dataset apply FILE.json`.' },
  DATASET_INVALID: { retryable: false, ends: 'refused', says: 'The definition of the dataset is not valid.', remedy: 'Correct the dataset definition at the named place.' },
  DATASET_CONFLICT: { retryable: false, ends: 'refused', says: 'The table and the definition of the dataset do not agree.', remedy: 'The table differs from the definition at the named fields; change one of them.' },
  DATASET_CHANGED: { retryable: false, ends: 'failed', says: 'The table is no longer the one that the plan was made for.', remedy: 'Run `waybill dataset add` again, then import the file again.' },
  DATASET_KEY_NOT_UNIQUE: { retryable: false, ends: 'refused', says: 'Several records of the dataset share the chosen key.', remedy: 'Choose another --key or clean the dataset.' },
  DATASET_NOT_WRITABLE: { retryable: false, ends: 'refused', says: 'Waybill may not write to the table.', remedy: 'Grant select, insert, update on the table to the runtime role (the message names it).' },
  DATASET_NOT_READABLE: { retryable: false, ends: 'refused', says: 'Waybill may not read the table.', remedy: 'Grant select on the table, and usage on its schema, to the runtime role.' },
  MAPPING_INVALID: { retryable: false, ends: 'refused', says: 'A column or field of the mapping cannot be used so.', remedy: 'Use --map "Source column=field" with a column of the file and a field of the dataset.' },
  MAPPING_REQUIRED_MISSING: { retryable: false, ends: 'refused', says: 'Required fields have no source in the file.', remedy: 'Name the source of each required field with --map "Source column=field".' },
  MAPPING_EMPTY: { retryable: false, ends: 'refused', says: 'No column of the file feeds a field of the dataset.', remedy: 'Name the sources with --map "Source column=field"; say --header when the first row names the columns and was read as a record.' },
  MAPPING_UNANSWERED: { retryable: false, ends: 'refused', says: 'Nobody confirmed the mapping in the time that the job waits for it.', remedy: 'Import the file again and answer with `waybill confirm`, or say the mapping with --map; WAYBILL_ASK_EXPIRE_SECONDS says how long a job waits.' },
  TRANSFORM_INVALID: { retryable: false, ends: 'refused', says: 'A transform of the mapping cannot be used so.', remedy: 'Correct the step at the named place (steps count from 0); docs/transforms.md shows each function with its arguments.' },
  RULE_INVALID: { retryable: false, ends: 'refused', says: 'A rule, row filter, derived key or load policy cannot be used so.', remedy: 'Correct it at the named place (rules count from 0); docs/validation.md shows each kind.' },
  FILE_RULES_BROKEN: { retryable: false, ends: 'refused', says: 'The file breaks rules that are set for it as a whole; nothing was written.', remedy: 'Look at what was measured and expected (`waybill job ID`). Ask the sender for the right file; where the file is right, change the rule or its severity.' },
  TEMPLATE_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is no such template, or no such version of it.', remedy: 'List the templates with `waybill template list`; a private one is seen by its owner only.' },
  TEMPLATE_NAME_TAKEN: { retryable: false, ends: 'refused', says: 'Another template of the organisation has this name.', remedy: 'Choose another name; a version is added only by the owner, and for the same dataset.' },
  TEMPLATE_INVALID: { retryable: false, ends: 'refused', says: 'A template cannot be used so.', remedy: 'Correct it at the named place; docs/templates.md shows the form.' },
  TEMPLATE_AMBIGUOUS: { retryable: false, ends: 'refused', says: 'Several templates fit the file.', remedy: 'Name one with --template, name the --partner whose it is, or use none with --no-template.' },
  TEMPLATE_DRIFT: { retryable: false, ends: 'refused', says: 'The file differs from its template in a way that the template does not accept.', remedy: 'Look at the named columns (`waybill job ID` shows their names). --map feeds a field from another column; --no-template starts anew; a new version of the template, or one whose policy asks (`waybill template save --drift`), holds for the files to come.' },
  VALUE_UNKNOWN_CODES: { retryable: false, ends: 'refused', says: 'Cells hold codes that the value map of their field does not know, and the map blocks such files.', remedy: 'Look at the rejected rows of the job, add the codes to the table of the field, or choose another policy for unknown codes (docs/transforms.md).' },
  FILTER_INVALID: { retryable: false, ends: 'refused', says: 'The filter cannot be read.', remedy: 'Correct the filter at the named character; docs/formats.md shows what can be written.' },
  FILTER_FIELD_UNKNOWN: { retryable: false, ends: 'refused', says: 'The filter names a field that the dataset does not have.', remedy: 'Name a field of the dataset (`waybill dataset show`); write a name with blanks or signs in double quotes.' },
  FILTER_TYPE: { retryable: false, ends: 'refused', says: 'The filter compares a field with something that its type does not have.', remedy: 'Write a value and a comparison that the field’s type has; docs/formats.md lists them by type.' },
  EXPORT_FIELDS_INVALID: { retryable: false, ends: 'refused', says: 'The fields of the export cannot be used so.', remedy: 'Name fields of the dataset, each name of the file once: --fields a,b=newName.' },
  EXPORT_FORMAT_UNFIT: { retryable: false, ends: 'refused', says: 'The format cannot hold these fields.', remedy: 'Choose other fields or another --format; the message says what the format needs.' },
  EXPORT_UNWRITABLE: { retryable: false, ends: 'failed', says: 'The format cannot hold a value of a field.', remedy: 'The format cannot hold a value of the named field; choose other fields or another --format.' },
  EXPORT_GONE: { retryable: false, ends: 'refused', says: 'The exported file is not there.', remedy: 'The file is not kept any more, or the job has not finished one. Export again.' },
  EXPORT_EXPIRED: { retryable: false, ends: 'refused', says: 'The exported file was removed when its time was over.', remedy: 'Export again; WAYBILL_EXPORT_DAYS says how long files are kept.' },
  OPTION_INVALID: { retryable: false, ends: 'refused', says: 'An option has a value that it cannot have.', remedy: 'Correct the named option.' },
  MODE_NEEDS_KEY: { retryable: false, ends: 'refused', says: 'The mode needs a key, and there is none.', remedy: 'Choose --key a,b, give the dataset a key, or import with --mode append.' },
  SAME_FILE: { retryable: false, ends: 'refused', says: 'This file was imported with the same plan by an earlier job.', remedy: 'Use --again to load it once more.' },
  JOB_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is no such job.', remedy: 'List the jobs with `waybill jobs`.' },
  JOB_STATE: { retryable: false, ends: 'refused', says: 'The job is not in a state for that.', remedy: 'Look at the job with `waybill job ID`.' },
  CHUNK_STALE: { retryable: false, ends: 'failed', says: 'A newer attempt works on this chunk.', remedy: 'Nothing to do: this attempt was overtaken by a newer one.' },
  CHUNK_REFUSED: { retryable: false, ends: 'failed', says: 'The database refused a chunk of the file.', remedy: 'The chunk cannot be staged; the log names the SQLSTATE.' },
  DRAFT_STALE: { retryable: false, ends: 'failed', says: 'The dataset changed after the draft was made.', remedy: 'Look at the new draft and approve it again.' },
  STAGING_LOST: { retryable: true, ends: 'failed', says: 'The staged rows were lost when the database stopped.', remedy: 'Nothing to do: the staging is made again.' },
  BOOKS_UNBALANCED: { retryable: false, ends: 'failed', says: 'The books of the job do not balance.', remedy: 'Nothing was changed in the dataset. Report this with the job’s id.' },
  COMMIT_REFUSED: { retryable: false, ends: 'failed', says: 'The database refused the commit.', remedy: 'Nothing was changed. The SQLSTATE and the constraint that are named say why.' },
  DATABASE_UNAVAILABLE: { retryable: true, ends: 'failed', says: 'The database does not answer.', remedy: 'Nothing to do: the work goes on when the database answers.' },
  DATABASE_FULL: { retryable: true, ends: 'failed', says: 'The database has no room left.', remedy: 'Free disk space on the database server; the job goes on by itself.' },
  DATABASE_ERROR: { retryable: false, ends: 'failed', says: 'The database refused a statement of Waybill.', remedy: 'The log names the SQLSTATE; report this with the job’s id.' },
  DATABASE_UNSUITABLE: { retryable: false, ends: 'refused', says: 'The database is not one that Waybill can work with.', remedy: 'Use PostgreSQL 15 or newer and a database in the encoding UTF8.' },
  DATABASE_RIGHTS: { retryable: false, ends: 'refused', says: 'The role may not migrate the database.', remedy: 'Migrate as a superuser, or as a role with CREATEROLE that owns the database and made the waybill_* roles.' },
  MIGRATION_CHANGED: { retryable: false, ends: 'refused', says: 'A migration of the database is not as this version of Waybill has it.', remedy: 'Use the version of Waybill that migrated this database, or a newer one; never edit a migration that was applied.' },
  ENGINE_UNAVAILABLE: { retryable: true, ends: 'failed', says: 'The engine does not answer.', remedy: 'Start the stack with `npm start`, or check TEMPORAL_ADDRESS.' },
  ENGINE_REFUSED: { retryable: false, ends: 'failed', says: 'The engine refused to start the workflow.', remedy: 'Register the search attributes WaybillKind, WaybillState, WaybillDataset and WaybillOrg (Keyword) with its namespace, then import again.' },
  WORKFLOW_LOST: { retryable: false, ends: 'failed', says: 'The workflow of the job is over, and the job was not ended by it.', remedy: 'The workflow was ended from outside, or the engine lost its data. When the job shows a time of commit, its records are in the dataset; else nothing was changed: import the file again.' },
  WORKER_BROKEN: { retryable: true, ends: 'failed', says: 'The parsing threads of the worker do not start.', remedy: 'Build the worker anew (`node scripts/build.mjs`), see that the machine has memory for its threads, and start it again; the job goes on by itself.' },
  STACK_LOCKED: { retryable: false, ends: 'refused', says: 'Another stack uses the data folder.', remedy: 'Another stack uses this data folder. Stop it, or choose another with WAYBILL_DATA.' },
  STACK_UNAVAILABLE: { retryable: false, ends: 'refused', says: 'The stack does not answer.', remedy: 'Start the stack with `npm start`.' },
  BACKUP_INVALID: { retryable: false, ends: 'refused', says: 'The backup cannot be used.', remedy: 'Use a file that `waybill backup` wrote on the same kind of machine, and stop the stack first.' },
  STACK_FAILED: { retryable: false, ends: 'failed', says: 'A part of the stack did not start or ended by itself.', remedy: 'Correct what the message and the log that it names say, then start the stack again.' },
  ENGINE_MISSING: { retryable: false, ends: 'failed', says: 'The engine’s program cannot be had.', remedy: 'Install Go or the `temporal` command (docs.temporal.io/cli) and start again, or set TEMPORAL_ADDRESS to a running engine.' },
  UNAUTHENTICATED: { retryable: false, ends: 'refused', says: 'The request does not say who asks.', remedy: 'Send the token of this stack as `Authorization: Bearer …`; the CLI finds it by itself.' },
  FORBIDDEN: { retryable: false, ends: 'refused', says: 'The actor may not do that.', remedy: 'Ask for the role that this needs.' },
  ROUTE_UNKNOWN: { retryable: false, ends: 'refused', says: 'There is nothing at this address.', remedy: 'docs/api.md lists the addresses of the API.' },
  RATE_LIMITED: { retryable: true, ends: 'refused', says: 'Too many requests came in a short time.', remedy: 'Wait a second and send the request again.' },
  REQUEST_TOO_LARGE: { retryable: false, ends: 'refused', says: 'The request is too large.', remedy: 'Send a smaller request; files go to PUT /files.' },
  REQUEST_INVALID: { retryable: false, ends: 'refused', says: 'The request is not valid.', remedy: 'Correct the request at the named place.' },
  RECEIPT_INVALID: { retryable: false, ends: 'refused', says: 'The receipt does not hold.', remedy: 'The receipt or its signature was changed, or the key is another one.' },
  AUDIT_BROKEN: { retryable: false, ends: 'failed', says: 'The audit chain does not hold.', remedy: 'The audit chain does not hold at the named event. Keep the database as it is and inform whoever audits it.' },
  CANCELLED: { retryable: false, ends: 'failed', says: 'An operator cancelled the job.', remedy: 'Nothing to do.' },
  INTERNAL: { retryable: false, ends: 'failed', says: 'Something happened that Waybill did not expect.', remedy: 'A defect of Waybill. Report it with the job’s id.' },
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof errorKinds;

/** Where it went wrong: names, numbers and codes of our own making. Never a value of a cell, a header of a file or a file name. */
export type ErrorPlace = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export class WaybillError extends Error {
  override readonly name = 'WaybillError';
  constructor(
    readonly code: ErrorCode,
    /** What happened, in one sentence, with the place. */
    message: string,
    readonly place: ErrorPlace = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
  get retryable(): boolean { return errorKinds[this.code].retryable; }
  get remedy(): string { return errorKinds[this.code].remedy; }
}

export const isWaybillError = (error: unknown): error is WaybillError => error instanceof WaybillError;
