// ../../../tmp/xls/big.mts
import { writeFileSync, readFileSync } from "node:fs";

// core/formats/xls/compound-file.ts
import * as sheetjs from "@e965/xlsx";
var compoundFiles = sheetjs.CFB;

// test/support/write-xls.ts
var mostRecordBytes = 8224;
var kind = { bof: 2057, eof: 10, boundSheet: 133, sst: 252, goesOn: 60, labelSst: 253 };
var record = (type2, ...pieces) => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type2, 0);
  head.writeUInt16LE(pieces.reduce((sum, { length }) => sum + length, 0), 2);
  return Buffer.concat([head, ...pieces]);
};
var start = (isSheet) => {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(1536, 0);
  body.writeUInt16LE(isSheet ? 16 : 5, 2);
  return record(kind.bof, body);
};
var textOf = (text) => {
  const isWide2 = /[^\u0000-\u00ff]/.test(text);
  const head = Buffer.alloc(3, isWide2 ? 1 : 0);
  head.writeUInt16LE(text.length, 0);
  return Buffer.concat([head, Buffer.from(text, isWide2 ? "utf16le" : "latin1")]);
};
var sharedTexts = (texts, cells) => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(cells, 0);
  head.writeUInt32LE(texts.length, 4);
  const records = [];
  let pieces = [head], bytes = head.length;
  const close = () => {
    records.push(record(records.length === 0 ? kind.sst : kind.goesOn, ...pieces));
  };
  for (const piece of texts.map(textOf)) {
    if (bytes + piece.length > mostRecordBytes) {
      close();
      [pieces, bytes] = [[], 0];
    }
    pieces.push(piece);
    bytes += piece.length;
  }
  close();
  return Buffer.concat(records);
};
var cellOf = (row, column, text) => {
  const cell = Buffer.alloc(14);
  cell.writeUInt16LE(kind.labelSst, 0);
  cell.writeUInt16LE(10, 2);
  cell.writeUInt16LE(row, 4);
  cell.writeUInt16LE(column, 6);
  cell.writeUInt32LE(text, 10);
  return cell;
};
var writeXls = (rows2) => {
  const numbers = /* @__PURE__ */ new Map();
  const cells = [];
  rows2.forEach((row, rowNo) => {
    row.forEach((text, column) => {
      if (text === "") return;
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      cells.push(cellOf(rowNo, column, number));
    });
  });
  const sheet = Buffer.concat([start(true), ...cells, record(kind.eof)]);
  const texts = sharedTexts([...numbers.keys()], cells.length);
  const name = Buffer.from("\0\0\0\0\0\0\x07\0Records", "latin1");
  const first = start(false), end = record(kind.eof);
  name.writeUInt32LE(first.length + name.length + 4 + texts.length + end.length, 0);
  const book = compoundFiles.utils.cfb_new();
  compoundFiles.utils.cfb_add(book, "/Workbook", Buffer.concat([first, record(kind.boundSheet, name), texts, end, sheet]));
  return compoundFiles.write(book, { type: "buffer" });
};

// core/formats/xls/read-xls.ts
import * as sheetjs2 from "@e965/xlsx";
import * as codePages from "@e965/xlsx/dist/cpexcel.full.mjs";

// contracts/errors.ts
var errorKinds = {
  FILE_EMPTY: { retryable: false, ends: "refused", says: "The file is empty.", remedy: "Ask the sender for the file again." },
  FILE_NO_RECORDS: { retryable: false, ends: "refused", says: "The file has no records.", remedy: "Ask the sender whether that is meant." },
  FILE_BINARY: { retryable: false, ends: "refused", says: "The file is of no format that is read.", remedy: "Export it as CSV or JSON, and see docs/formats.md." },
  FILE_JSON_INVALID: { retryable: false, ends: "refused", says: "The JSON document is broken where its records begin or end.", remedy: "Correct it at the named place, or ask the sender for it again." },
  FILE_XML_INVALID: { retryable: false, ends: "refused", says: "The XML document is broken where its records begin or end.", remedy: "Correct it at the named place, or ask the sender for it again." },
  FILE_XML_DTD: { retryable: false, ends: "refused", says: "The XML document declares entities or a document type of its own.", remedy: "Declarations are not followed, since they can make a text grow without end. Ask the sender for the document without them." },
  FILE_RECORDS_UNKNOWN: { retryable: false, ends: "refused", says: "There are no records at the record path.", remedy: "Say where the records are with --record-path, for example data.items; `.` is the root." },
  FILE_CUT_OFF: { retryable: false, ends: "refused", says: "The file ends too early.", remedy: "Ask the sender for the whole file." },
  FILE_PARQUET_INVALID: { retryable: false, ends: "refused", says: "The Parquet file is broken.", remedy: "Ask the sender for the file again." },
  FILE_PARQUET_UNSUPPORTED: { retryable: false, ends: "refused", says: "The Parquet file has a column that is written in a way that is not read.", remedy: "Ask the sender for another compression or encoding; docs/formats.md names those that are read." },
  FILE_UNPACKING_FAILED: { retryable: false, ends: "refused", says: "The compressed file cannot be unpacked.", remedy: "The compressed data is damaged. Ask the sender for the file again." },
  FILE_EXPANDS_TOO_MUCH: { retryable: false, ends: "refused", says: "The compressed file grows out of all proportion.", remedy: "If that is meant, unpack it and send it as it is." },
  FILE_ZIP_CHOICE: { retryable: false, ends: "refused", says: "The ZIP file holds several files.", remedy: 'Choose one with --entry NAME or --entry "#2"; `waybill inspect` lists them.' },
  FILE_NESTED_ARCHIVE: { retryable: false, ends: "refused", says: "The file is packed within a packed file.", remedy: "Unpack it and send what is in it." },
  FILE_ENCRYPTED: { retryable: false, ends: "refused", says: "The file is protected by a password.", remedy: "Ask the sender for it without a password, or take the protection off and send it again." },
  FILE_WORKBOOK_INVALID: { retryable: false, ends: "refused", says: "The workbook is broken.", remedy: "Open it in a spreadsheet and save it again, or ask the sender for it again." },
  FILE_WORKBOOK_TOO_LARGE: { retryable: false, ends: "refused", says: "The workbook is larger than what is read of its format.", remedy: "Save it as CSV, an XLS file also as XLSX, and see docs/formats.md." },
  FILE_SHEET_UNKNOWN: { retryable: false, ends: "refused", says: "The workbook has no such sheet.", remedy: 'Name one of its sheets with --sheet, or its place: --sheet "#2". waybill inspect shows them.' },
  FILE_UNCLOSED_QUOTE: { retryable: false, ends: "refused", says: "A quote opens and never closes.", remedy: "Close the quote at the named line, or say --quote none when quotes are ordinary characters." },
  FILE_TOO_MANY_COLUMNS: { retryable: false, ends: "refused", says: "The file has more columns than a table can hold.", remedy: "A dataset takes at most 1,600 mapped columns; check the delimiter." },
  FILE_ROW_TOO_LONG: { retryable: false, ends: "refused", says: "A record is too long to be read.", remedy: "A single record is larger than 16 MiB; check quotes and delimiter near the named line." },
  FILE_CHANGED: { retryable: false, ends: "failed", says: "The archived copy of the file no longer has the SHA-256 under which it was received.", remedy: "Restore it from a backup or send the file again." },
  FILE_MISSING: { retryable: false, ends: "failed", says: "The archived copy of the file is not there.", remedy: "Restore it from a backup or send the file again." },
  FILE_UNREADABLE: { retryable: false, ends: "refused", says: "The file cannot be read.", remedy: "Check the path and that you may read the file." },
  FILE_UNWRITABLE: { retryable: false, ends: "refused", says: "The file cannot be written.", remedy: "Check the path, that you may write there, and the free space." },
  FILE_UNDECODABLE: { retryable: false, ends: "refused", says: "The bytes of the file are not text in its encoding.", remedy: "Name the right encoding with --encoding." },
  SOURCE_UNKNOWN: { retryable: false, ends: "refused", says: "No file with this SHA-256 was received.", remedy: "Upload the file first (PUT /files)." },
  UPLOAD_UNKNOWN: { retryable: false, ends: "refused", says: "There is no such upload.", remedy: "Start a new upload (POST /files); unfinished ones are kept for a day." },
  UPLOAD_INVALID: { retryable: false, ends: "refused", says: "The piece does not fit to what the upload has.", remedy: "Ask HEAD /files/<upload> for the offset and go on from there." },
  UPLOAD_HASH_MISMATCH: { retryable: false, ends: "refused", says: "What arrived has another SHA-256 than what was sent.", remedy: "The bytes changed on the way or while they were read. Send the file again." },
  DISK_WOULD_FILL: { retryable: false, ends: "refused", says: "The import may need more disk space than there is.", remedy: "Free the named amount of disk space and start again." },
  DATASET_UNKNOWN: { retryable: false, ends: "refused", says: "There is no such dataset.", remedy: "List the datasets with `waybill dataset list`, or add it: `waybill dataset add SCHEMA.TABLE` takes a table that exists, `waybill dataset apply FILE.json` makes a new one." },
  TABLE_UNKNOWN: { retryable: false, ends: "refused", says: "There is no such table.", remedy: "Name a table that exists, as SCHEMA.TABLE; a new one is made with `waybill dataset apply FILE.json`." },
  DATASET_INVALID: { retryable: false, ends: "refused", says: "The definition of the dataset is not valid.", remedy: "Correct the dataset definition at the named place." },
  DATASET_CONFLICT: { retryable: false, ends: "refused", says: "The table and the definition of the dataset do not agree.", remedy: "The table differs from the definition at the named fields; change one of them." },
  DATASET_CHANGED: { retryable: false, ends: "failed", says: "The table is no longer the one that the plan was made for.", remedy: "Run `waybill dataset add` again, then import the file again." },
  DATASET_KEY_NOT_UNIQUE: { retryable: false, ends: "refused", says: "Several records of the dataset share the chosen key.", remedy: "Choose another --key or clean the dataset." },
  DATASET_NOT_WRITABLE: { retryable: false, ends: "refused", says: "Waybill may not write to the table.", remedy: "Grant select, insert, update on the table to the runtime role (the message names it)." },
  DATASET_NOT_READABLE: { retryable: false, ends: "refused", says: "Waybill may not read the table.", remedy: "Grant select on the table, and usage on its schema, to the runtime role." },
  MAPPING_INVALID: { retryable: false, ends: "refused", says: "A column or field of the mapping cannot be used so.", remedy: 'Use --map "Source column=field" with a column of the file and a field of the dataset.' },
  MAPPING_REQUIRED_MISSING: { retryable: false, ends: "refused", says: "Required fields have no source in the file.", remedy: 'Name the source of each required field with --map "Source column=field".' },
  MAPPING_EMPTY: { retryable: false, ends: "refused", says: "No column of the file feeds a field of the dataset.", remedy: 'Name the sources with --map "Source column=field"; say --header when the first row names the columns and was read as a record.' },
  TRANSFORM_INVALID: { retryable: false, ends: "refused", says: "A transform of the mapping cannot be used so.", remedy: "Correct the step at the named place (steps count from 0); docs/transforms.md shows each function with its arguments." },
  VALUE_UNKNOWN_CODES: { retryable: false, ends: "refused", says: "Cells hold codes that the value map of their field does not know, and the map blocks such files.", remedy: "Look at the rejected rows of the job, add the codes to the table of the field, or choose another policy for unknown codes (docs/transforms.md)." },
  FILTER_INVALID: { retryable: false, ends: "refused", says: "The filter cannot be read.", remedy: "Correct the filter at the named character; docs/formats.md shows what can be written." },
  FILTER_FIELD_UNKNOWN: { retryable: false, ends: "refused", says: "The filter names a field that the dataset does not have.", remedy: "Name a field of the dataset (`waybill dataset show`); write a name with blanks or signs in double quotes." },
  FILTER_TYPE: { retryable: false, ends: "refused", says: "The filter compares a field with something that its type does not have.", remedy: "Write a value and a comparison that the field\u2019s type has; docs/formats.md lists them by type." },
  EXPORT_FIELDS_INVALID: { retryable: false, ends: "refused", says: "The fields of the export cannot be used so.", remedy: "Name fields of the dataset, each name of the file once: --fields a,b=newName." },
  EXPORT_FORMAT_UNFIT: { retryable: false, ends: "refused", says: "The format cannot hold these fields.", remedy: "Choose other fields or another --format; the message says what the format needs." },
  EXPORT_UNWRITABLE: { retryable: false, ends: "failed", says: "The format cannot hold a value of a field.", remedy: "The format cannot hold a value of the named field; choose other fields or another --format." },
  EXPORT_GONE: { retryable: false, ends: "refused", says: "The exported file is not there.", remedy: "The file is not kept any more, or the job has not finished one. Export again." },
  EXPORT_EXPIRED: { retryable: false, ends: "refused", says: "The exported file was removed when its time was over.", remedy: "Export again; WAYBILL_EXPORT_DAYS says how long files are kept." },
  OPTION_INVALID: { retryable: false, ends: "refused", says: "An option has a value that it cannot have.", remedy: "Correct the named option." },
  MODE_NEEDS_KEY: { retryable: false, ends: "refused", says: "The mode needs a key, and there is none.", remedy: "Choose --key a,b, give the dataset a key, or import with --mode append." },
  SAME_FILE: { retryable: false, ends: "refused", says: "This file was imported with the same plan by an earlier job.", remedy: "Use --again to load it once more." },
  JOB_UNKNOWN: { retryable: false, ends: "refused", says: "There is no such job.", remedy: "List the jobs with `waybill jobs`." },
  JOB_STATE: { retryable: false, ends: "refused", says: "The job is not in a state for that.", remedy: "Look at the job with `waybill job ID`." },
  CHUNK_STALE: { retryable: false, ends: "failed", says: "A newer attempt works on this chunk.", remedy: "Nothing to do: this attempt was overtaken by a newer one." },
  CHUNK_REFUSED: { retryable: false, ends: "failed", says: "The database refused a chunk of the file.", remedy: "The chunk cannot be staged; the log names the SQLSTATE." },
  DRAFT_STALE: { retryable: false, ends: "failed", says: "The dataset changed after the draft was made.", remedy: "Look at the new draft and approve it again." },
  STAGING_LOST: { retryable: true, ends: "failed", says: "The staged rows were lost when the database stopped.", remedy: "Nothing to do: the staging is made again." },
  BOOKS_UNBALANCED: { retryable: false, ends: "failed", says: "The books of the job do not balance.", remedy: "Nothing was changed in the dataset. Report this with the job\u2019s id." },
  COMMIT_REFUSED: { retryable: false, ends: "failed", says: "The database refused the commit.", remedy: "Nothing was changed. The SQLSTATE and the constraint that are named say why." },
  DATABASE_UNAVAILABLE: { retryable: true, ends: "failed", says: "The database does not answer.", remedy: "Nothing to do: the work goes on when the database answers." },
  DATABASE_FULL: { retryable: true, ends: "failed", says: "The database has no room left.", remedy: "Free disk space on the database server; the job goes on by itself." },
  DATABASE_ERROR: { retryable: false, ends: "failed", says: "The database refused a statement of Waybill.", remedy: "The log names the SQLSTATE; report this with the job\u2019s id." },
  DATABASE_UNSUITABLE: { retryable: false, ends: "refused", says: "The database is not one that Waybill can work with.", remedy: "Use PostgreSQL 15 or newer and a database in the encoding UTF8." },
  DATABASE_RIGHTS: { retryable: false, ends: "refused", says: "The role may not migrate the database.", remedy: "Migrate as a superuser, or as a role with CREATEROLE that owns the database and made the waybill_* roles." },
  MIGRATION_CHANGED: { retryable: false, ends: "refused", says: "A migration of the database is not as this version of Waybill has it.", remedy: "Use the version of Waybill that migrated this database, or a newer one; never edit a migration that was applied." },
  ENGINE_UNAVAILABLE: { retryable: true, ends: "failed", says: "The engine does not answer.", remedy: "Start the stack with `npm start`, or check TEMPORAL_ADDRESS." },
  ENGINE_REFUSED: { retryable: false, ends: "failed", says: "The engine refused to start the workflow.", remedy: "Register the search attributes WaybillKind, WaybillState, WaybillDataset and WaybillOrg (Keyword) with its namespace, then import again." },
  WORKFLOW_LOST: { retryable: false, ends: "failed", says: "The workflow of the job is over, and the job was not ended by it.", remedy: "The workflow was ended from outside, or the engine lost its data. When the job shows a time of commit, its records are in the dataset; else nothing was changed: import the file again." },
  WORKER_BROKEN: { retryable: true, ends: "failed", says: "The parsing threads of the worker do not start.", remedy: "Build the worker anew (`node scripts/build.mjs`), see that the machine has memory for its threads, and start it again; the job goes on by itself." },
  STACK_LOCKED: { retryable: false, ends: "refused", says: "Another stack uses the data folder.", remedy: "Another stack uses this data folder. Stop it, or choose another with WAYBILL_DATA." },
  STACK_UNAVAILABLE: { retryable: false, ends: "refused", says: "The stack does not answer.", remedy: "Start the stack with `npm start`." },
  BACKUP_INVALID: { retryable: false, ends: "refused", says: "The backup cannot be used.", remedy: "Use a file that `waybill backup` wrote on the same kind of machine, and stop the stack first." },
  STACK_FAILED: { retryable: false, ends: "failed", says: "A part of the stack did not start or ended by itself.", remedy: "Correct what the message and the log that it names say, then start the stack again." },
  ENGINE_MISSING: { retryable: false, ends: "failed", says: "The engine\u2019s program cannot be had.", remedy: "Install Go or the `temporal` command (docs.temporal.io/cli) and start again, or set TEMPORAL_ADDRESS to a running engine." },
  UNAUTHENTICATED: { retryable: false, ends: "refused", says: "The request does not say who asks.", remedy: "Send the token of this stack as `Authorization: Bearer \u2026`; the CLI finds it by itself." },
  FORBIDDEN: { retryable: false, ends: "refused", says: "The actor may not do that.", remedy: "Ask for the role that this needs." },
  ROUTE_UNKNOWN: { retryable: false, ends: "refused", says: "There is nothing at this address.", remedy: "docs/api.md lists the addresses of the API." },
  RATE_LIMITED: { retryable: true, ends: "refused", says: "Too many requests came in a short time.", remedy: "Wait a second and send the request again." },
  REQUEST_TOO_LARGE: { retryable: false, ends: "refused", says: "The request is too large.", remedy: "Send a smaller request; files go to PUT /files." },
  REQUEST_INVALID: { retryable: false, ends: "refused", says: "The request is not valid.", remedy: "Correct the request at the named place." },
  RECEIPT_INVALID: { retryable: false, ends: "refused", says: "The receipt does not hold.", remedy: "The receipt or its signature was changed, or the key is another one." },
  AUDIT_BROKEN: { retryable: false, ends: "failed", says: "The audit chain does not hold.", remedy: "The audit chain does not hold at the named event. Keep the database as it is and inform whoever audits it." },
  CANCELLED: { retryable: false, ends: "failed", says: "An operator cancelled the job.", remedy: "Nothing to do." },
  INTERNAL: { retryable: false, ends: "failed", says: "Something happened that Waybill did not expect.", remedy: "A defect of Waybill. Report it with the job\u2019s id." }
};
var WaybillError = class extends Error {
  constructor(code, message, place = {}, options) {
    super(message, options);
    this.code = code;
    this.place = place;
  }
  code;
  place;
  name = "WaybillError";
  get retryable() {
    return errorKinds[this.code].retryable;
  }
  get remedy() {
    return errorKinds[this.code].remedy;
  }
};
var isWaybillError = (error) => error instanceof WaybillError;

// core/formats/sheets/serial-date.ts
var valueKinds = { general: 0, date: 1, dateTime: 2, time: 3, duration: 4, dateTimeUtc: 5 };
var dayMs = 864e5;
var leapDay1900 = 60;
var lastDay = { 1900: 2958465, 1904: 2957003 };
var epochAfterLeap = -25569;
var epochBeforeLeap = -25568;
var epoch1904 = -24107;
var two = (number) => String(number).padStart(2, "0");
var clock = (ms, hours) => {
  const rest = ms % 1e3;
  return `${two(hours)}:${two(Math.floor(ms / 6e4) % 60)}:${two(Math.floor(ms / 1e3) % 60)}${rest === 0 ? "" : `.${String(rest).padStart(3, "0").replace(/0+$/, "")}`}`;
};
var serialText = (serial, kind2, is1904) => {
  if (!Number.isFinite(serial)) return null;
  if (kind2 === valueKinds.duration) return duration(serial);
  if (serial < 0) return null;
  const total = Math.round(serial * dayMs);
  const day = Math.floor(total / dayMs), ms = total - day * dayMs;
  if (day > lastDay[is1904 ? 1904 : 1900]) return null;
  if (kind2 === valueKinds.time && day === 0) return clock(ms, Math.floor(ms / 36e5));
  const since = dayOf(day, is1904);
  if (since === null) return day === 0 && ms > 0 ? clock(ms, Math.floor(ms / 36e5)) : null;
  const date2 = new Date(since * dayMs).toISOString().slice(0, 10);
  return kind2 === valueKinds.date && ms === 0 ? date2 : `${date2}T${clock(ms, Math.floor(ms / 36e5))}${kind2 === valueKinds.dateTimeUtc ? "Z" : ""}`;
};
var dayOf = (day, is1904) => {
  if (is1904) return day + epoch1904;
  if (day === 0 || day === leapDay1900) return null;
  return day + (day < leapDay1900 ? epochBeforeLeap : epochAfterLeap);
};
var duration = (serial) => {
  const ms = Math.round(Math.abs(serial) * dayMs);
  return `${serial < 0 && ms > 0 ? "-" : ""}${clock(ms, Math.floor(ms / 36e5))}`;
};

// core/formats/sheets/number-format.ts
var { general, date, dateTime, time, duration: duration2, dateTimeUtc } = valueKinds;
var quoted = /"[^"]*"|\\.|_.|\*./g;
var bracketed = /\[(?!(?:h+|m+|s+)\])[^\][]*\]/gi;
var mostCharacters = 1e3;
var kindOfFormat = (code) => {
  if (code.length > mostCharacters) return general;
  const [first = ""] = splitSections(code);
  const plain = first.replace(quoted, "").replace(bracketed, "");
  if (/^general$/i.test(plain.trim())) return general;
  if (/\[(?:h+|m+|s+)\]/i.test(plain)) return duration2;
  const hasClock = /[hs]|am\/pm|a\/p/i.test(plain);
  const hasDay = /[yd]|mmm/i.test(plain) || !hasClock && /m/i.test(plain);
  if (hasDay && hasClock) return /"Z"\s*$/.test(first) || /\\Z$/.test(first) ? dateTimeUtc : dateTime;
  if (hasDay) return date;
  return hasClock ? time : general;
};
var splitSections = (code) => code.match(/(?:"[^"]*"?|\\.|[^;])+/g) ?? [];
var paddedWidth = (code) => /^0{2,15}$/.test(code) ? code.length : 0;

// core/formats/sheets/number-text.ts
var shape = /^[+-]?(\d*)(?:\.(\d*))?(?:[eE][+-]?\d+)?$/;
var sureDigits = 15;
var doubtfulFrom = 1e15;
var mostCharacters2 = 1e3;
var mostSteps = 2n;
var fewestDigitsSaved = 4;
var significantDigits = (text) => {
  const [, whole = "", decimals = ""] = shape.exec(text) ?? [];
  const digits = `${whole}${decimals}`.replace(/^0+/, "");
  let end = digits.length;
  while (digits[end - 1] === "0") end -= 1;
  return end;
};
var numberText = (text) => {
  if (text.length > mostCharacters2) return null;
  const [, whole, decimals] = shape.exec(text) ?? [];
  if (whole === void 0 || whole === "" && (decimals ?? "") === "") return null;
  const isLarge = Math.abs(Number(text)) >= doubtfulFrom;
  if (isLarge || significantDigits(text) <= sureDigits) return { text, doubtful: isLarge };
  return { text: shortOf(Number(text)) ?? text, doubtful: false };
};
var shortOf = (value) => {
  const short = Number(value.toPrecision(sureDigits)), text = String(short);
  if (short === value) return text;
  const isArtefact = Math.abs(short) < doubtfulFrom && stepsBetween(short, value) <= mostSteps && significantDigits(String(value)) - significantDigits(text) >= fewestDigitsSaved;
  return isArtefact ? text : null;
};
var stepsBetween = (one, other) => {
  const bits = new BigInt64Array(Float64Array.of(one, other).buffer);
  const steps = (bits[0] ?? 0n) - (bits[1] ?? 0n);
  return steps < 0n ? -steps : steps;
};

// contracts/issue-codes.ts
var issueKinds = {
  REQUIRED_MISSING: { severity: "error", message: "A required field is empty. Fill it in at the source, or correct the row." },
  KEY_MISSING: { severity: "error", message: "A field of the key is empty, so the record cannot be told from others. Fill in the key." },
  INTEGER_INVALID: { severity: "error", message: "Not a whole number. Write digits only, with an optional sign." },
  INTEGER_OUT_OF_RANGE: { severity: "error", message: "The whole number does not fit the field\u2019s type." },
  NUMBER_INVALID: { severity: "error", message: "Not a number. Write digits with a point as decimal mark." },
  NUMBER_OUT_OF_RANGE: { severity: "error", message: "The number has more digits before the point than the field can hold." },
  NUMBER_PRECISION_LOSS: { severity: "error", message: "The number has more decimals than the field can hold; storing it would change it." },
  BOOLEAN_INVALID: { severity: "error", message: "Not a yes/no value. Write true/false, yes/no, y/n, t/f or 1/0." },
  DATE_INVALID: { severity: "error", message: "Not a date in any of the column\u2019s formats." },
  DATE_IMPOSSIBLE: { severity: "error", message: "The day does not exist in the calendar." },
  DATE_AMBIGUOUS: { severity: "error", message: "Day and month cannot be told apart in this column. Say which with --date-format FIELD=DMY or FIELD=MDY." },
  TIMESTAMP_INVALID: { severity: "error", message: "Not a date and time in any of the column\u2019s formats." },
  TIMESTAMP_PRECISION_LOSS: { severity: "error", message: "The time has more decimals of a second than the field can hold; storing it would change it." },
  TIME_NOT_IN_ZONE: { severity: "error", message: "This clock time does not exist, or exists twice, in the job\u2019s zone (a change of summer time)." },
  UUID_INVALID: { severity: "error", message: "Not a UUID." },
  JSON_INVALID: { severity: "error", message: "Not valid JSON." },
  ENUM_UNKNOWN: { severity: "error", message: "Not one of the values that the field allows." },
  ARRAY_INVALID: { severity: "error", message: "Not a list. Separate the elements with semicolons, or write a JSON array of texts." },
  POINT_INVALID: { severity: "error", message: "Not a coordinate pair. Write latitude,longitude, POINT(lon lat) or a GeoJSON Point." },
  POINT_OUT_OF_RANGE: { severity: "error", message: "Latitude must lie within \xB190 and longitude within \xB1180 degrees." },
  EMAIL_INVALID: { severity: "warning", message: "Does not look like an e-mail address; stored as it stands." },
  RANGE_BELOW: { severity: "error", message: "Below the least value that the field allows." },
  RANGE_ABOVE: { severity: "error", message: "Above the greatest value that the field allows." },
  TEXT_TOO_LONG: { severity: "error", message: "Longer than the field can hold." },
  TEXT_NUL: { severity: "error", message: "Holds a NUL character, which PostgreSQL cannot store." },
  TEXT_UNDECODABLE: { severity: "error", message: "Holds bytes that are not valid in the file\u2019s encoding." },
  ROW_TOO_FEW_CELLS: { severity: "error", message: "The row has fewer cells than the header. A separator may be missing." },
  ROW_TOO_MANY_CELLS: { severity: "error", message: "The row has more cells than the header. A separator may stand unquoted inside a cell." },
  ROW_TOO_LONG: { severity: "error", message: "The row is longer than a row may be." },
  ROW_QUOTE_BROKEN: { severity: "error", message: "Text follows a closing quote in a cell. Double the quotes inside quoted cells." },
  ROW_JSON_INVALID: { severity: "error", message: "The row is not valid JSON." },
  ROW_JSON_TOO_DEEP: { severity: "error", message: "Objects and arrays are nested more deeply than a row may be." },
  ROW_NOT_OBJECT: { severity: "error", message: "The row is a bare value where the others are objects." },
  ROW_KEY_REPEATED: { severity: "error", message: "A key stands twice in one object of the row, so it is not known which value is meant." },
  ROW_PATH_UNKNOWN: { severity: "warning", message: "The row has a value at a place that no sampled row had; it feeds no field." },
  ROW_COLUMNS_OVERLAP: { severity: "error", message: "Text stands across the border of two columns. Say with --widths how wide they are." },
  ROW_XML_INVALID: { severity: "error", message: "The row is not well-formed XML." },
  ROW_XML_TOO_DEEP: { severity: "error", message: "Elements are nested more deeply than a row may be." },
  TEXT_ENTITY_UNKNOWN: { severity: "error", message: "Refers to a character or entity that XML does not have. Write & as &amp;, others as numbers." },
  TEXT_HALF_SURROGATE: { severity: "error", message: "Holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no character." },
  KEY_EXISTS: { severity: "error", message: "A record with this key is in the dataset already, and the mode is insert." },
  KEY_NOT_FOUND: { severity: "error", message: "No record with this key is in the dataset, and the mode is update." },
  DUPLICATE_REJECTED: { severity: "error", message: "The key stands more than once in the file, and the job rejects all such rows." },
  UNIQUE_VIOLATED: { severity: "error", message: "A value that must be unique is used by another record or row." },
  REFERENCE_MISSING: { severity: "error", message: "The record that this value refers to is not in its dataset." },
  CHECK_VIOLATED: { severity: "error", message: "The row breaks a rule of the table." },
  VALUE_REFUSED: { severity: "error", message: "The database does not accept the value for the field\u2019s type." },
  ROW_REFUSED: { severity: "error", message: "The database refused the row (a trigger or another rule of the table)." },
  SHEET_ERROR_VALUE: { severity: "error", message: "The cell holds an error of the spreadsheet, such as #N/A or #REF!, and no value." },
  SHEET_FORMULA_WITHOUT_VALUE: { severity: "error", message: "The cell holds a formula whose result was not saved. Open the workbook in a spreadsheet and save it again." },
  SHEET_DATE_IMPOSSIBLE: { severity: "error", message: "The cell is formatted as a date, and its number is no day of the calendar." },
  SHEET_DIGITS_DOUBTFUL: { severity: "warning", message: "A whole number of more than 15 digits is stored as a number in the spreadsheet, which keeps no more; its last digits may not be those that were typed." },
  TRANSFORM_NUMBER_INVALID: { severity: "error", message: "Not a number in the notation that the mapping names. Check its decimal mark, its group mark and its currency signs." },
  TRANSFORM_UNIT_UNKNOWN: { severity: "error", message: "The number has no unit, or one that cannot be turned into the unit of the field." },
  TRANSFORM_BOOLEAN_UNKNOWN: { severity: "error", message: "Not one of the words for yes and no that the mapping knows." },
  TRANSFORM_DATE_INVALID: { severity: "error", message: "Not a date in any of the formats that the mapping lists." },
  TRANSFORM_DATE_AMBIGUOUS: { severity: "error", message: "Two formats of the mapping read different dates here. Keep the one that the file follows." },
  TRANSFORM_DATE_PARTS: { severity: "error", message: "Day, month or year is missing, or not a number in its range." },
  TRANSFORM_PARTIAL_DATE_INVALID: { severity: "error", message: "Not a date or partial date. Write 1985, 1985-04, 1985-04-12, 198X, with ? or ~ behind what is not sure (EDTF, level 1)." },
  TRANSFORM_PHONE_INVALID: { severity: "error", message: "Not a telephone number of its country, or one with an extension, which the international form cannot hold." },
  TRANSFORM_COUNTRY_UNKNOWN: { severity: "error", message: "Not a country\u2019s code, nor its name in English, Spanish, French, Portuguese or German." },
  TRANSFORM_LANGUAGE_UNKNOWN: { severity: "error", message: "Not a language\u2019s code, nor its name in English, Spanish, French, Portuguese or German." },
  TRANSFORM_COORDINATES_INVALID: { severity: "error", message: "Not a place in the notation that the mapping names." },
  TRANSFORM_COORDINATES_SWAPPED: { severity: "error", message: "The latitude lies beyond 90 degrees, and the longitude does not: the two are likely swapped." },
  TRANSFORM_NO_MATCH: { severity: "error", message: "The pattern of the mapping does not match the cell." },
  VALUE_UNKNOWN: { severity: "error", message: "A code that the field\u2019s value map does not know." },
  VALUE_UNKNOWN_BLOCKS: { severity: "error", message: "A code that the field\u2019s value map does not know; the map stops such files before anything is written." }
};
var issueCodes = Object.keys(issueKinds);
var issueNumber = (code) => issueCodes.indexOf(code) + 1;

// core/formats/source-format.ts
var mostRecordBytes2 = 16 * 1024 * 1024;

// core/formats/sheets/cell-text.ts
var [tab, lineFeed, carriageReturn, backslash, ampersand, underscore] = [9, 10, 13, 92, 38, 95];
var escapeInto = (source, length, target, start2) => {
  let to = start2;
  for (let at = 0; at < length; at += 1) {
    const byte = source[at];
    if (byte !== backslash && byte !== tab && byte !== lineFeed && byte !== carriageReturn) {
      target[to++] = byte;
      continue;
    }
    target[to++] = backslash;
    target[to++] = byte === tab ? 116 : byte === lineFeed ? 110 : byte === carriageReturn ? 114 : backslash;
  }
  return to;
};

// core/formats/sheets/row-lines.ts
var [tab2, lineFeed2, backslash2, bang, question, emptyMark] = [9, 10, 92, 33, 63, 101];
var firstBytes = 512 * 1024;
var RowLines = class {
  constructor(facts) {
    this.facts = facts;
  }
  facts;
  out = Buffer.allocUnsafe(firstBytes);
  length = 0;
  rowStart = 0;
  column = 0;
  cells = 0;
  cellStart = 0;
  line = 0;
  repeated = null;
  startRow(line) {
    this.line = line;
    this.column = 0;
    this.cells = 0;
    this.rowStart = this.length;
  }
  endRow() {
    if (this.cells === 0) return;
    this.reserve(1);
    this.out[this.length++] = lineFeed2;
    const { facts } = this;
    facts.rows += 1;
    if (this.cells > 1) facts.wideRows += 1;
    if (this.column > facts.width) facts.width = this.column;
    this.rowStart = this.length;
  }
  /** The row once more on the lines behind its own, as {@link drain} is called. */
  repeatRow(times) {
    if (this.cells === 0 || times <= 0) return;
    const digits = String(this.line).length;
    this.repeated = { cells: Buffer.from(this.out.subarray(this.rowStart + digits, this.length)), line: this.line, cellCount: this.cells, left: times };
  }
  /** Lines of a repeated row for a piece; false: there are no more. */
  drain(least) {
    const { repeated, facts } = this;
    if (repeated === null) return false;
    while (repeated.left > 0 && this.length < least) {
      repeated.line += 1;
      repeated.left -= 1;
      this.reserve(repeated.cells.length + 24);
      this.length += this.out.write(String(repeated.line), this.length, "latin1");
      this.length += repeated.cells.copy(this.out, this.length);
      this.out[this.length++] = lineFeed2;
      facts.rows += 1;
      if (repeated.cellCount > 1) facts.wideRows += 1;
    }
    this.rowStart = this.length;
    if (repeated.left === 0) this.repeated = null;
    return true;
  }
  /** The lines so far, or nothing while they are few; what is taken is the caller's. */
  take(least) {
    if (this.rowStart < least || this.rowStart === 0) return null;
    const taken = this.out.subarray(0, this.rowStart);
    const rest = this.out.subarray(this.rowStart, this.length);
    this.out = Buffer.allocUnsafe(Math.max(firstBytes, rest.length * 2));
    rest.copy(this.out);
    this.length = rest.length;
    this.rowStart = 0;
    return taken;
  }
  /** So many whole lines wait that they are better taken away before the next row. */
  get isFull() {
    return this.rowStart >= firstBytes;
  }
  /** Bytes as a cell, to be escaped. */
  text(column, bytes, length) {
    if (length === 0) {
      this.emptyText(column);
      return;
    }
    this.openCell(column, length * 2);
    this.length = escapeInto(bytes, length, this.out, this.length);
  }
  string(column, text) {
    const bytes = Buffer.from(text);
    this.text(column, bytes, bytes.length);
  }
  emptyText(column) {
    this.openCell(column, 2);
    this.out[this.length++] = backslash2;
    this.out[this.length++] = emptyMark;
  }
  /** A cell as the spool has it already. */
  raw(column, bytes, start2, end) {
    this.openCell(column, end - start2);
    const { out } = this;
    if (end - start2 > 48) {
      bytes.copy(out, this.length, start2, end);
      this.length += end - start2;
      return;
    }
    let to = this.length;
    for (let at = start2; at < end; at += 1) out[to++] = bytes[at];
    this.length = to;
  }
  /** The last cell so many times more, in the columns behind it. */
  repeatCell(times) {
    const start2 = this.cellStart, bytes = this.length - start2;
    for (let time2 = 0; time2 < times; time2 += 1) {
      this.openCell(this.column + 1, bytes);
      this.out.copyWithin(this.length, start2, start2 + bytes);
      this.length += bytes;
    }
  }
  /** A row that has a cell, but no value in it. */
  nothing(column) {
    this.openCell(column, 0);
  }
  broken(column, text, issue) {
    this.marked(column, text, { mark: bang, issue });
  }
  doubtful(column, text, issue) {
    this.marked(column, text, { mark: question, issue });
  }
  marked(column, text, { mark, issue }) {
    const bytes = Buffer.from(text), number = `${issueNumber(issue)};`;
    this.openCell(column, bytes.length * 2 + number.length + 2);
    this.out[this.length++] = backslash2;
    this.out[this.length++] = mark;
    this.length += this.out.write(number, this.length, "latin1");
    this.length = escapeInto(bytes, bytes.length, this.out, this.length);
  }
  openCell(column, bytes) {
    this.reserve(column - this.column + bytes + 32);
    const { out } = this;
    if (this.cells === 0) this.length += out.write(String(this.line), this.length, "latin1");
    for (; this.column < column; this.column += 1) out[this.length++] = tab2;
    this.cells += 1;
    this.cellStart = this.length;
    if (this.length + bytes - this.rowStart > mostRecordBytes2) {
      throw new WaybillError("FILE_ROW_TOO_LONG", `The row at line ${this.line} is larger than ${mostRecordBytes2} bytes.`, { line: this.line, maxRecordBytes: mostRecordBytes2 });
    }
  }
  reserve(more) {
    if (this.length + more + 8 <= this.out.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.length + more + 8));
    this.out.copy(larger, 0, 0, this.length);
    this.out = larger;
  }
};

// core/formats/sheets/workbook.ts
var emptyFacts = () => ({ rows: 0, wideRows: 0, width: 0, hiddenRows: 0, hiddenColumns: 0, merges: [], frozenLines: 0, filterLine: 0 });
var mostLines = 1048576;
var mostColumns = 16384;
var mostHeaderMerges = 2e4;
var lastHeaderLine = 10100;
var noteMerge = (facts, merge) => {
  if (merge.firstLine <= lastHeaderLine && facts.merges.length < mostHeaderMerges) facts.merges.push(merge);
};

// core/formats/xls/shared-texts.ts
var broken = () => new WaybillError("FILE_WORKBOOK_INVALID", "The texts that the cells of the workbook share are broken.");
var isWide = 1;
var hasExtra = 4;
var hasRuns = 8;
var SharedTexts = class {
  constructor(bytes, records) {
    this.bytes = bytes;
    this.records = records;
    const [first] = records;
    this.at = first === void 0 ? 0 : first.start + 8;
    const most = records.reduce((sum, { start: start2, end }) => sum + (end - start2), 0) / 3;
    const said = first === void 0 || first.end - first.start < 8 ? 0 : bytes.readUInt32LE(first.start + 4);
    this.places = new Int32Array(Math.min(said, Math.ceil(most)) * 2);
    this.count = this.note();
  }
  bytes;
  records;
  places;
  count;
  /** Where it is read: in which record, at which byte. */
  record = 0;
  at;
  /** Throws FILE_WORKBOOK_INVALID when there is none of this number. */
  text(index) {
    if (index >= this.count) throw broken();
    this.record = this.places[index * 2];
    this.at = this.places[index * 2 + 1];
    return this.read("text");
  }
  note() {
    let count = 0;
    for (; count * 2 < this.places.length; count += 1) {
      if (!this.hasMore()) break;
      this.places[count * 2] = this.record;
      this.places[count * 2 + 1] = this.at;
      try {
        this.read("length");
      } catch {
        break;
      }
    }
    return count;
  }
  /** A text begins in a record that has its head. */
  hasMore() {
    if (this.at >= this.end) this.nextRecord();
    return this.record < this.records.length;
  }
  get end() {
    return this.records[this.record]?.end ?? 0;
  }
  nextRecord() {
    this.record += 1;
    this.at = this.records[this.record]?.start ?? 0;
  }
  read(wanted) {
    const length = this.number(2), flags = this.number(1);
    const runs = (flags & hasRuns) === 0 ? 0 : this.number(2), extra = (flags & hasExtra) === 0 ? 0 : this.number(4);
    const text = this.characters(length, { wide: flags & isWide, wanted });
    if (wanted === "length") this.skip(runs * 4 + extra);
    return text;
  }
  /** In a record where it goes on a text begins with its own width. */
  characters(length, { wide: wide2, wanted }) {
    let text = "";
    for (let left = length, width = 1 + wide2; left > 0; ) {
      const here = Math.min(left, Math.floor((this.end - this.at) / width));
      if (wanted === "text" && here > 0) text += this.bytes.toString(width === 2 ? "utf16le" : "latin1", this.at, this.at + here * width);
      this.at += here * width;
      left -= here;
      if (left === 0) break;
      this.nextRecord();
      if (this.record >= this.records.length) throw broken();
      width = 1 + (this.number(1) & isWide);
    }
    return text;
  }
  number(width) {
    if (this.at + width > this.end) throw broken();
    const value = this.bytes.readUIntLE(this.at, width);
    this.at += width;
    return value;
  }
  skip(bytes) {
    for (let left = bytes; left > 0; ) {
      const here = Math.min(left, this.end - this.at);
      this.at += here;
      left -= here;
      if (left === 0) return;
      this.nextRecord();
      if (this.record >= this.records.length) throw broken();
    }
  }
};

// core/formats/xls/workbook-stream.ts
var type = { bof: 2057, eof: 10, boundSheet: 133, sst: 252, goesOn: 60, labelSst: 253, mulRk: 189, passedOver: 29 };
var cellTypes = /* @__PURE__ */ new Set([515, 517, 638, type.mulRk, type.labelSst, 516, 214]);
var blankTypes = /* @__PURE__ */ new Set([513, 190]);
var noRow = -1;
var rowsOfSheet = 65536;
var allRows = { from: 0, to: Infinity };
var WorkbookStream = class {
  constructor(bytes) {
    this.bytes = bytes;
    this.walk(sheetStarts(bytes));
  }
  bytes;
  hidden = { places: [], types: [], rows: [] };
  /** Cells of a row. */
  counts = /* @__PURE__ */ new Map();
  textRecords = [];
  texts = null;
  /** Ranges of about so many cells, in their order; one row more than that is a range of its own. */
  parts(cells) {
    const borders = [0];
    let count = 0;
    for (const row of [...this.counts.keys()].sort((one, other) => one - other)) {
      const more = this.counts.get(row) ?? 0;
      if (count > 0 && count + more > cells) {
        borders.push(row);
        count = 0;
      }
      count += more;
    }
    return borders.map((from, index) => ({ from, to: borders[index + 1] ?? Infinity }));
  }
  show(range) {
    this.name((kind2, row) => kind2 !== type.labelSst && isIn(range, row));
  }
  restore() {
    this.name(() => true);
  }
  /** Cells with shared texts. */
  *textCells(range) {
    const { bytes, hidden: { places, types, rows: rows2 } } = this;
    for (let index = 0; index < places.length; index += 1) {
      const row = rows2[index], at = places[index];
      if (types[index] !== type.labelSst || !isIn(range, row)) continue;
      this.texts ??= new SharedTexts(bytes, this.textRecords);
      yield { row, column: bytes.readUInt16LE(at + 6), text: this.texts.text(bytes.readUInt32LE(at + 10)) };
    }
  }
  name(isSeen) {
    const { bytes, hidden: { places, types, rows: rows2 } } = this;
    for (let index = 0; index < places.length; index += 1) {
      const kind2 = types[index];
      bytes.writeUInt16LE(isSeen(kind2, rows2[index]) ? kind2 : type.passedOver, places[index]);
    }
  }
  walk(starts) {
    let depth = 0, sheet, isInTexts = false;
    eachRecord(this.bytes, (kind2, at, length) => {
      isInTexts = kind2 === type.sst || isInTexts && kind2 === type.goesOn;
      if (isInTexts) this.noteTexts(kind2, at, length);
      else if (kind2 === type.bof) {
        depth += 1;
        if (depth === 1) sheet = starts.get(at);
      } else if (kind2 === type.eof) depth -= 1;
      else if (depth === 1 && sheet !== void 0) this.noteCell(kind2, { at, length, sheet });
    });
  }
  noteTexts(kind2, at, length) {
    if (kind2 === type.sst) {
      this.textRecords.length = 0;
      this.hide(kind2, at, noRow);
    }
    this.textRecords.push({ start: at + 4, end: at + 4 + length });
  }
  noteCell(kind2, { at, length, sheet }) {
    if (length < (kind2 === type.labelSst ? 10 : 6)) return;
    if (blankTypes.has(kind2)) this.hide(kind2, at, noRow);
    if (!cellTypes.has(kind2)) return;
    const row = sheet * rowsOfSheet + this.bytes.readUInt16LE(at + 4);
    this.hide(kind2, at, row);
    this.counts.set(row, (this.counts.get(row) ?? 0) + (kind2 === type.mulRk ? Math.floor((length - 6) / 6) : 1));
  }
  hide(kind2, at, row) {
    this.hidden.places.push(at);
    this.hidden.types.push(kind2);
    this.hidden.rows.push(row);
  }
};
var isIn = ({ from, to }, row) => row >= from && row < to;
var eachRecord = (bytes, visit) => {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at + 2);
    if (at + 4 + length > bytes.length) return;
    visit(bytes.readUInt16LE(at), at, length);
    at += 4 + length;
  }
};
var sheetStarts = (bytes) => {
  const starts = /* @__PURE__ */ new Set();
  eachRecord(bytes, (kind2, at, length) => {
    if (kind2 === type.boundSheet && length >= 4) starts.add(bytes.readUInt32LE(at + 4));
  });
  return new Map([...starts].sort((one, other) => one - other).map((start2, index) => [start2, index]));
};

// core/formats/xls/xls-workbook.ts
var mostXlsBytes = 32 * 1024 * 1024;
var compoundFile = Buffer.from([208, 207, 17, 224, 161, 177, 26, 225]);
var wide = (text) => Buffer.from(`${text}\0`, "utf16le");
var encryptedPackage = wide("EncryptedPackage");
var streams = [wide("Workbook"), wide("Book")];

// core/formats/xls/read-xls.ts
sheetjs2.set_cptable(codePages);
var mostSpoolBytes = 96 * 1024 * 1024;
var pieceBytes = 448 * 1024;
var cellsAtOnce = 1e5;
var readXls = (bytes, cells = cellsAtOnce) => {
  const stream = refused(() => streamOf(bytes));
  const sheets = new SheetLines();
  try {
    for (const part of stream?.parts(cells) ?? [allRows]) {
      stream?.show(part);
      const book = refused(() => parse(stream?.bytes ?? bytes));
      if (stream !== null) addTexts(book, stream.textCells(part));
      sheets.take(book, part);
    }
  } finally {
    stream?.restore();
  }
  return sheets.end();
};
var streamOf = (bytes) => {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!whole.subarray(0, compoundFile.length).equals(compoundFile)) return null;
  const container = compoundFiles.read(whole, { type: "buffer" });
  const content = (compoundFiles.find(container, "/Workbook") ?? compoundFiles.find(container, "/Book"))?.content;
  return Buffer.isBuffer(content) && content[0] === 9 && content[1] === 8 ? new WorkbookStream(content) : null;
};
var tooMuch = () => new WaybillError("FILE_EXPANDS_TOO_MUCH", `The rows of the workbook are larger than ${mostSpoolBytes} bytes.`, { mostSpoolBytes });
var refused = (read2) => {
  try {
    return read2();
  } catch (error) {
    if (isWaybillError(error)) throw error;
    const said = error instanceof Error ? error.message : "";
    if (/password|encrypt/i.test(said)) throw new WaybillError("FILE_ENCRYPTED", "The workbook is protected with a password.");
    throw new WaybillError("FILE_WORKBOOK_INVALID", "The workbook cannot be read.");
  }
};
var parse = (bytes) => sheetjs2.read(bytes, {
  type: "buffer",
  dense: true,
  cellNF: true,
  cellStyles: true,
  cellFormula: true,
  cellText: false,
  cellHTML: false,
  cellDates: false,
  bookVBA: false
});
var addTexts = (book, cells) => {
  for (const { row, column, text } of cells) {
    const data = book.Sheets[book.SheetNames[Math.floor(row / rowsOfSheet)] ?? ""]?.["!data"];
    if (data !== void 0) (data[row % rowsOfSheet] ??= [])[column] = { t: "s", v: text };
  }
};
var SheetLines = class {
  sheets = /* @__PURE__ */ new Map();
  written = null;
  total = 0;
  take(book, part) {
    const is1904 = book.Workbook?.WBProps?.date1904 === true;
    book.SheetNames.forEach((name, index) => {
      const sheet = book.Sheets[name];
      if (sheet === void 0 || (sheet["!type"] ?? "sheet") !== "sheet") return;
      const into = this.sheets.get(index) ?? { name, hidden: (book.Workbook?.Sheets?.[index]?.Hidden ?? 0) > 0, facts: factsOf(sheet), spool: [] };
      this.sheets.set(index, into);
      const from = part.from - index * rowsOfSheet, to = part.to - index * rowsOfSheet, rows2 = sheet["!rows"] ?? [];
      sheet["!data"]?.forEach((row, at) => {
        if (row === void 0 || at < from || at >= to || at >= mostLines) return;
        this.takeRow(into, { row, line: at + 1, is1904 });
        if (rows2[at]?.hidden === true) into.facts.hiddenRows += 1;
      });
    });
  }
  end() {
    this.keep(0);
    return [...this.sheets].sort(([one], [other]) => one - other).map(([, sheet]) => sheet);
  }
  takeRow(sheet, { row, line, is1904 }) {
    if (this.written?.sheet !== sheet) this.keep(0);
    const { lines } = this.written ??= { sheet, lines: new RowLines(sheet.facts) };
    lines.startRow(line);
    row.forEach((cell, column) => {
      if (column < mostColumns) writeCell(lines, column + 1, { cell, is1904 });
    });
    lines.endRow();
    this.keep(pieceBytes);
  }
  keep(least) {
    const piece = this.written?.lines.take(least) ?? null;
    if (piece !== null) {
      this.total += piece.length;
      if (this.total > mostSpoolBytes) throw tooMuch();
      this.written?.sheet.spool.push(Uint8Array.from(piece));
    }
    if (least === 0) this.written = null;
  }
};
var factsOf = (sheet) => {
  const facts = emptyFacts();
  facts.hiddenColumns = (sheet["!cols"] ?? []).filter((column) => column?.hidden === true).length;
  for (const { s, e } of sheet["!merges"] ?? []) noteMerge(facts, { firstLine: s.r + 1, lastLine: e.r + 1, firstColumn: s.c + 1, lastColumn: e.c + 1 });
  return facts;
};
var errors = { 0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A", 43: "#GETTING_DATA" };
var writeCell = (lines, column, { cell, is1904 }) => {
  const { v: value } = cell;
  if (value === void 0 || value === null) {
    if (cell.f !== void 0) lines.broken(column, "", "SHEET_FORMULA_WITHOUT_VALUE");
    return;
  }
  switch (cell.t) {
    case "s":
      lines.string(column, String(value).replaceAll(/\r\n?/g, "\n"));
      return;
    case "b":
      lines.string(column, value === true ? "true" : "false");
      return;
    case "e":
      lines.broken(column, errors[Number(value)] ?? "#N/A", "SHEET_ERROR_VALUE");
      return;
    case "n":
      writeNumber(lines, column, { cell, is1904 });
      return;
    case "d":
      lines.string(column, value instanceof Date ? value.toISOString() : String(value));
      return;
    case "z":
  }
};
var writeNumber = (lines, column, { cell, is1904 }) => {
  const value = Number(cell.v), code = typeof cell.z === "string" ? cell.z : "";
  const kind2 = kindOfFormat(code);
  if (kind2 !== valueKinds.general) {
    const date2 = serialText(value, kind2, is1904);
    if (date2 === null) lines.broken(column, String(value), "SHEET_DATE_IMPOSSIBLE");
    else lines.string(column, date2);
    return;
  }
  const number = numberText(String(value));
  const text = number?.text ?? String(value);
  const padded = /^\d+$/.test(text) ? text.padStart(paddedWidth(code), "0") : text;
  if (number?.doubtful === true) lines.doubtful(column, padded, "SHEET_DIGITS_DOUBTFUL");
  else lines.string(column, padded);
};

// ../../../tmp/xls/big.mts
var [, , n, len, mode, dist] = process.argv;
var rows = Number(n);
var f = `/tmp/xls/b${n}-${len}-${dist}.xls`;
var t = performance.now();
if (mode === "w") {
  const all = [Array.from({ length: 12 }, (_, c) => `c${c}`), ...Array.from({ length: rows }, (_, i) => Array.from({ length: 12 }, (_2, c) => dist === "d" || c < 4 ? `${"x".repeat(Number(len))} ${c} ${i}` : `common ${c} ${i % 50}`))];
  const b = writeXls(all);
  writeFileSync(f, b);
  console.log("write", b.length, Math.round(performance.now() - t));
} else {
  const s = readXls(readFileSync(f));
  console.log("read", n, Math.round(performance.now() - t), "ms", s[0]?.spool.length, s[0]?.facts.rows, Math.round(process.resourceUsage().maxRSS / 1024), "MB");
}
