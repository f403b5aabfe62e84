/** What an import may cost, from the file’s size alone. Cautious factors by reckoning, not measured yet: a refusal must not come too late. */
import { WaybillError } from '../../contracts/errors.ts';

export interface DiskEstimate {
  readonly bytesNeeded: number;
  readonly bytesFree: number | null;
  readonly fits: boolean;
  readonly seconds: number;
}

/** Staging, the records, their indexes, origins, before-images and the WAL of them, a byte of the file. */
const databaseFactor = 4;
/** A decoded spool, when one is needed: single-byte text may grow by half. */
const spoolFactor = 1.5;
const reserveBytes = 256 * 1024 * 1024;
const bytesPerSecond = 15_000_000;

export interface DiskQuestion {
  readonly bytes: number;
  readonly needsSpool: boolean;
  readonly databaseSharesDisk: boolean;
  readonly bytesFree: number | null;
}

export const estimateDisk = ({ bytes, needsSpool, databaseSharesDisk, bytesFree }: DiskQuestion): DiskEstimate => {
  const bytesNeeded = Math.ceil((databaseSharesDisk ? bytes * databaseFactor : 0) + (needsSpool ? bytes * spoolFactor : 0));
  return { bytesNeeded, bytesFree, fits: bytesFree === null || bytesNeeded === 0 || bytesNeeded + reserveBytes <= bytesFree, seconds: 0.5 + bytes / bytesPerSecond };
};

export const refuseWhenDiskWouldFill = ({ bytesNeeded, bytesFree, fits }: DiskEstimate): void => {
  if (fits || bytesFree === null) return;
  const bytesMissing = bytesNeeded + reserveBytes - bytesFree;
  throw new WaybillError('DISK_WOULD_FILL', `The import may need ${bytesNeeded} bytes of disk; ${bytesMissing} are missing.`, { bytesNeeded, bytesFree, bytesMissing });
};
