/**
 * Errors of the job as a whole: typed, coded, with the place and the remedy; never a cell value (promise 7).
 * Whether a retry can help is decided here, by code, and nowhere else. docs/errors.md lists each code; a test compares.
 */
export interface ErrorKind {
  /** Whether the engine should try the activity again. */
  readonly retryable: boolean;
  /** How the job ends when the error is final. */
  readonly ends: 'refused' | 'failed';
  readonly remedy: string;
}

export const errorKinds = {
  FILE_EMPTY: { retryable: false, ends: 'refused', remedy: 'Ask the sender for the file again; this one has no bytes.' },
  FILE_NO_RECORDS: { retryable: false, ends: 'refused', remedy: 'The file has a header and no records. Ask the sender whether that is meant.' },
  FILE_BINARY: { retryable: false, ends: 'refused', remedy: 'The content is not delimited text. Export it as CSV, or send it in its own format.' },
  FILE_UNCLOSED_QUOTE: { retryable: false, ends: 'refused', remedy: 'Close the quote at the named line, or say --quote none when quotes are ordinary characters.' },
  FILE_TOO_MANY_COLUMNS: { retryable: false, ends: 'refused', remedy: 'A dataset takes at most 1,600 mapped columns; check the delimiter.' },
  FILE_ROW_TOO_LONG: { retryable: false, ends: 'refused', remedy: 'A single record is larger than 16 MiB; check quotes and delimiter near the named line.' },
  FILE_CHANGED: { retryable: false, ends: 'failed', remedy: 'The archived copy no longer matches its SHA-256. Restore it from a backup or send the file again.' },
  FILE_MISSING: { retryable: false, ends: 'failed', remedy: 'The archived copy is gone. Restore it from a backup or send the file again.' },
  FILE_UNREADABLE: { retryable: false, ends: 'refused', remedy: 'Check the path and that you may read the file.' },
  FILE_UNWRITABLE: { retryable: false, ends: 'refused', remedy: 'Check the path, that you may write there, and the free space.' },
  FILE_UNDECODABLE: { retryable: false, ends: 'refused', remedy: 'Name the right encoding with --encoding.' },
  SOURCE_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'Upload the file first (PUT /files).' },
  UPLOAD_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'Start a new upload (POST /files); unfinished ones are kept for a day.' },
  UPLOAD_INVALID: { retryable: false, ends: 'refused', remedy: 'Ask HEAD /files/<upload> for the offset and go on from there.' },
  UPLOAD_HASH_MISMATCH: { retryable: false, ends: 'refused', remedy: 'The bytes changed on the way or while they were read. Send the file again.' },
  DISK_WOULD_FILL: { retryable: false, ends: 'refused', remedy: 'Free the named amount of disk space and start again.' },
  DATASET_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'List the datasets with `waybill dataset list`, or add it with `waybill dataset add` or `dataset apply`.' },
  DATASET_INVALID: { retryable: false, ends: 'refused', remedy: 'Correct the dataset definition at the named place.' },
  DATASET_CONFLICT: { retryable: false, ends: 'refused', remedy: 'The table differs from the definition at the named fields; change one of them.' },
  DATASET_CHANGED: { retryable: false, ends: 'failed', remedy: 'The table changed after the plan was made. Run `waybill dataset add` again, then import the file again.' },
  DATASET_KEY_NOT_UNIQUE: { retryable: false, ends: 'refused', remedy: 'Several records of the dataset share the chosen key. Choose another --key or clean the dataset.' },
  DATASET_NOT_WRITABLE: { retryable: false, ends: 'refused', remedy: 'Grant select, insert, update on the table to the runtime role (the message names it).' },
  MAPPING_INVALID: { retryable: false, ends: 'refused', remedy: 'Use --map "Source column=field" with a column of the file and a field of the dataset.' },
  MAPPING_REQUIRED_MISSING: { retryable: false, ends: 'refused', remedy: 'Name the source of each required field with --map "Source column=field".' },
  MAPPING_EMPTY: { retryable: false, ends: 'refused', remedy: 'No column matches a field. Name them with --map "Source column=field"; say --header when the first row names the columns and was read as a record.' },
  FILTER_INVALID: { retryable: false, ends: 'refused', remedy: 'Correct the filter at the named character; docs/formats.md shows what can be written.' },
  FILTER_FIELD_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'Name a field of the dataset (`waybill dataset show`); write a name with blanks or signs in double quotes.' },
  FILTER_TYPE: { retryable: false, ends: 'refused', remedy: 'Write a value and a comparison that the field’s type has; docs/formats.md lists them by type.' },
  EXPORT_FIELDS_INVALID: { retryable: false, ends: 'refused', remedy: 'Name fields of the dataset, each name of the file once: --fields a,b=newName.' },
  EXPORT_FORMAT_UNFIT: { retryable: false, ends: 'refused', remedy: 'Choose other fields or another --format; the message says what the format needs.' },
  EXPORT_UNWRITABLE: { retryable: false, ends: 'failed', remedy: 'The format cannot hold a value of the named field; choose other fields or another --format.' },
  EXPORT_GONE: { retryable: false, ends: 'refused', remedy: 'The file is not kept any more, or the job has not finished one. Export again.' },
  DATASET_NOT_READABLE: { retryable: false, ends: 'refused', remedy: 'Grant select on the table, and usage on its schema, to the runtime role.' },
  OPTION_INVALID: { retryable: false, ends: 'refused', remedy: 'Correct the named option.' },
  MODE_NEEDS_KEY: { retryable: false, ends: 'refused', remedy: 'Choose --key a,b, give the dataset a key, or import with --mode append.' },
  SAME_FILE: { retryable: false, ends: 'refused', remedy: 'This file was imported with the same plan already. Use --again to load it once more.' },
  JOB_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'List the jobs with `waybill jobs`.' },
  JOB_STATE: { retryable: false, ends: 'refused', remedy: 'The job is in a state in which this cannot be done.' },
  CHUNK_STALE: { retryable: false, ends: 'failed', remedy: 'Nothing to do: this attempt was overtaken by a newer one.' },
  CHUNK_REFUSED: { retryable: false, ends: 'failed', remedy: 'The chunk cannot be staged; the log names the SQLSTATE.' },
  DRAFT_STALE: { retryable: false, ends: 'failed', remedy: 'The dataset changed since the draft was approved. Look at the new draft and approve it again.' },
  STAGING_LOST: { retryable: true, ends: 'failed', remedy: 'Nothing to do: the staging is made again.' },
  BOOKS_UNBALANCED: { retryable: false, ends: 'failed', remedy: 'Nothing was changed in the dataset. Report this with the job’s id.' },
  COMMIT_REFUSED: { retryable: false, ends: 'failed', remedy: 'The database refused the commit; nothing was changed. The message names the SQLSTATE and the constraint.' },
  DATABASE_UNAVAILABLE: { retryable: true, ends: 'failed', remedy: 'Nothing to do: the work goes on when the database answers.' },
  DATABASE_FULL: { retryable: true, ends: 'failed', remedy: 'Free disk space on the database server; the job goes on by itself.' },
  DATABASE_ERROR: { retryable: false, ends: 'failed', remedy: 'The log names the SQLSTATE; report this with the job’s id.' },
  DATABASE_UNSUITABLE: { retryable: false, ends: 'refused', remedy: 'Use PostgreSQL 15 or newer and a database in the encoding UTF8.' },
  DATABASE_RIGHTS: { retryable: false, ends: 'refused', remedy: 'Migrate as a superuser, or as a role with CREATEROLE that owns the database and made the waybill_* roles.' },
  MIGRATION_CHANGED: { retryable: false, ends: 'refused', remedy: 'Use the version of Waybill that migrated this database, or a newer one; never edit a migration that was applied.' },
  ENGINE_UNAVAILABLE: { retryable: true, ends: 'failed', remedy: 'Start the stack with `npm start`, or check TEMPORAL_ADDRESS.' },
  ENGINE_REFUSED: { retryable: false, ends: 'failed', remedy: 'The engine refuses to start the workflow. Register the search attributes WaybillKind, WaybillState, WaybillDataset and WaybillOrg (Keyword) with its namespace, then import again.' },
  WORKFLOW_LOST: { retryable: false, ends: 'failed', remedy: 'The workflow was ended from outside, or the engine lost its data. When the job shows a time of commit, its records are in the dataset; else nothing was changed: import the file again.' },
  STACK_LOCKED: { retryable: false, ends: 'refused', remedy: 'Another stack uses this data folder. Stop it, or choose another with WAYBILL_DATA.' },
  STACK_UNAVAILABLE: { retryable: false, ends: 'refused', remedy: 'Start the stack with `npm start`.' },
  BACKUP_INVALID: { retryable: false, ends: 'refused', remedy: 'Use a file that `waybill backup` wrote on the same kind of machine, and stop the stack first.' },
  STACK_FAILED: { retryable: false, ends: 'failed', remedy: 'Correct what the message and the log that it names say, then start the stack again.' },
  ENGINE_MISSING: { retryable: false, ends: 'failed', remedy: 'Install Go or the `temporal` command (docs.temporal.io/cli) and start again, or set TEMPORAL_ADDRESS to a running engine.' },
  UNAUTHENTICATED: { retryable: false, ends: 'refused', remedy: 'Send the token of this stack as `Authorization: Bearer …`; the CLI finds it by itself.' },
  FORBIDDEN: { retryable: false, ends: 'refused', remedy: 'Ask for the role that this needs.' },
  ROUTE_UNKNOWN: { retryable: false, ends: 'refused', remedy: 'docs/api.md lists the addresses of the API.' },
  RATE_LIMITED: { retryable: true, ends: 'refused', remedy: 'Wait a second and send the request again.' },
  REQUEST_TOO_LARGE: { retryable: false, ends: 'refused', remedy: 'Send a smaller request; files go to PUT /files.' },
  REQUEST_INVALID: { retryable: false, ends: 'refused', remedy: 'Correct the request at the named place.' },
  RECEIPT_INVALID: { retryable: false, ends: 'refused', remedy: 'The receipt or its signature was changed, or the key is another one.' },
  AUDIT_BROKEN: { retryable: false, ends: 'failed', remedy: 'The audit chain does not hold at the named event. Keep the database as it is and inform whoever audits it.' },
  CANCELLED: { retryable: false, ends: 'failed', remedy: 'Nothing to do: an operator cancelled the job.' },
  INTERNAL: { retryable: false, ends: 'failed', remedy: 'A defect of Waybill. Report it with the job’s id.' },
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
