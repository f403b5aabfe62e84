/**
 * What an import may cost. The factors are those of `npm run bench -- disk` (docs/performance.md has its table), plus a quarter: a refusal must
 * not come too late. The greatest growth seen is 5.2 bytes a byte of file with ordinary records and 78 with one short key a row, since a row costs
 * what it costs in staging, table, index, origins and WAL however short it is; hence a part a row and a part a cell beside that a byte.
 */
import { WaybillError } from '../../contracts/errors.ts';

export interface DiskEstimate {
  readonly bytesNeeded: number;
  readonly bytesFree: number | null;
  readonly fits: boolean;
  readonly seconds: number;
}

interface Growth { readonly perByte: number; readonly perCell: number; readonly perRow: number }
/** Measured: up to 1.3 bytes a byte, 24 a cell, 400 a row; long texts are written three times (staging, table, WAL). */
const intoEmpty: Growth = { perByte: 4, perCell: 30, perRow: 500 };
/** Measured with every record changed: 8.0, 29 and 1,310. The old version stays until a vacuum, its before-image is kept. */
const ontoRecords: Growth = { perByte: 10, perCell: 36, perRow: 1_600 };
/** A decoded spool, when one is needed: single-byte text may grow by half. */
const spoolFactor = 1.5;
const reserveBytes = 256 * 1024 * 1024;

/** Of a machine of two cores, where no import of the dataset has been seen yet. */
const speed = { startSeconds: 0.5, bytesPerSecond: 15_000_000, rowsPerSecond: { intoEmpty: 330_000, ontoRecords: 50_000 } } as const;

export interface ImportQuestion {
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  /** The table holds records, so rows may update them. */
  readonly ontoRecords: boolean;
  readonly needsSpool: boolean;
  readonly databaseSharesDisk: boolean;
  readonly bytesFree: number | null;
  /** Of the dataset's latest imports. */
  readonly rowsPerSecond?: number | null;
}

const databaseBytes = (question: ImportQuestion): number => {
  const { perByte, perCell, perRow } = question.ontoRecords ? ontoRecords : intoEmpty;
  return question.bytes * perByte + question.rows * (perRow + question.columns * perCell);
};

const secondsOf = ({ bytes, rows, rowsPerSecond, ...question }: ImportQuestion): number => speed.startSeconds + (typeof rowsPerSecond === 'number'
  ? rows / rowsPerSecond
  : bytes / speed.bytesPerSecond + rows / speed.rowsPerSecond[question.ontoRecords ? 'ontoRecords' : 'intoEmpty']);

export const estimateImport = (question: ImportQuestion): DiskEstimate => {
  const { bytes, needsSpool, databaseSharesDisk, bytesFree } = question;
  const bytesNeeded = Math.ceil((databaseSharesDisk ? databaseBytes(question) : 0) + (needsSpool ? bytes * spoolFactor : 0));
  return { bytesNeeded, bytesFree, fits: bytesFree === null || bytesNeeded === 0 || bytesNeeded + reserveBytes <= bytesFree, seconds: secondsOf(question) };
};

export const refuseWhenDiskWouldFill = ({ bytesNeeded, bytesFree, fits }: DiskEstimate): void => {
  if (fits || bytesFree === null) return;
  const bytesMissing = bytesNeeded + reserveBytes - bytesFree;
  throw new WaybillError('DISK_WOULD_FILL', `The import may need ${bytesNeeded} bytes of disk; ${bytesMissing} are missing.`, { bytesNeeded, bytesFree, bytesMissing });
};
