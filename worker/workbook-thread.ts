/** A thread for one old workbook: what its parser does to memory and time ends with the thread (storage/contained-run.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { isWaybillError } from '../contracts/errors.ts';
import { readXls } from '../core/formats/xls/read-xls.ts';

try {
  const sheets = readXls(workerData as Uint8Array);
  parentPort?.postMessage({ result: sheets }, sheets.flatMap(({ spool }) => spool.map(({ buffer }) => buffer as ArrayBuffer)));
} catch (error) {
  const known = isWaybillError(error) ? { code: error.code, message: error.message, place: error.place } : null;
  parentPort?.postMessage({ failure: known });
}
