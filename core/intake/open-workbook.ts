/** The workbook that an object holds, of whichever format; null: none. */
import { WaybillError } from '../../contracts/errors.ts';
import { flatStartBytes, isFlatOds, openFlatOds } from '../formats/ods/flat-ods.ts';
import { openOds } from '../formats/ods/ods-workbook.ts';
import { PackageParts } from '../formats/sheets/package-parts.ts';
import type { Workbook } from '../formats/sheets/workbook.ts';
import type { RandomAccess } from '../formats/source-format.ts';
import { compoundFile, openXls } from '../formats/xls/xls-workbook.ts';
import { openXlsx } from '../formats/xlsx/xlsx-workbook.ts';
import type { PrepareOrder } from './prepare-source.ts';

const zipStart = Buffer.from('PK\x03\x04', 'latin1');
/** A workbook's first parts have these names, whichever application wrote it. */
const partNames = ['[Content_Types].xml', 'xl/', 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet'];

export const workbookStartBytes = flatStartBytes;
/** It can only be one as a whole: its list of parts is at the end. */
export const startsAsWorkbook = (start: Buffer): boolean => start.subarray(0, zipStart.length).equals(zipStart) || start.subarray(0, compoundFile.length).equals(compoundFile) || isFlatOds(start);

export const openWorkbook = async (source: RandomAccess, { overrides, readLegacy, signal }: Pick<PrepareOrder, 'overrides' | 'readLegacy' | 'signal'>): Promise<Workbook | null> => {
  const start = await source.read(0, flatStartBytes);
  if (start.subarray(0, zipStart.length).equals(zipStart)) return openPackage(source, start, signal);
  const mayBeFlat = (overrides.format ?? 'ods') === 'ods' && overrides.recordPath === undefined && overrides.explode === undefined;
  if (mayBeFlat && isFlatOds(start)) return openFlatOds(source, signal);
  return openXls(source, start, readLegacy);
};

const openPackage = async (source: RandomAccess, start: Buffer, signal: AbortSignal | undefined): Promise<Workbook | null> => {
  const parts = await PackageParts.open(source, signal);
  if (parts === null) {
    if (partNames.some((name) => start.includes(name))) throw new WaybillError('FILE_CUT_OFF', 'The workbook’s list of parts is not at its end, or is damaged.');
    return null;
  }
  const isOffice = parts.has('[Content_Types].xml') || parts.has('xl/workbook.xml');
  const workbook = isOffice ? await openXlsx(parts) : await openOds(parts);
  if (workbook === null) parts.close();
  return workbook;
};
