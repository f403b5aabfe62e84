/** Old Excel workbooks: recognised here, read by whoever is handed in (read-xls.ts on a thread of its own). */
import { WaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../source-format.ts';
import { emptyFacts, type SheetLook, type SheetReading, type Workbook } from '../sheets/workbook.ts';
import type { ReadXlsSheet } from './read-xls.ts';

export type ReadLegacyWorkbook = (bytes: Uint8Array) => Promise<readonly ReadXlsSheet[]>;

/** What its parser holds of the largest ones is measured (docs/formats.md). */
export const mostXlsBytes = 32 * 1024 * 1024;

/** https://learn.microsoft.com/openspecs/windows_protocols/ms-cfb */
export const compoundFile = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
const encryptedPackage = wide('EncryptedPackage'), streams = [wide('Workbook'), wide('Book')];
/** Before BIFF5 a workbook is its records alone; the first one is BOF ([MS-XLS] 2.4.21 and its forerunners). */
const isBareRecords = (start: Buffer): boolean =>
  start[0] === 0x09 && [0x00, 0x02, 0x04, 0x08].includes(start[1] ?? -1) && [4, 6, 8, 16].includes(start[2] ?? -1) && start[3] === 0;

/** Null: it is none, or none can be read here. Throws FILE_ENCRYPTED and FILE_WORKBOOK_TOO_LARGE beside what reading it throws. */
export const openXls = async (source: RandomAccess, start: Buffer, read: ReadLegacyWorkbook | undefined): Promise<Workbook | null> => {
  const isCompound = start.subarray(0, compoundFile.length).equals(compoundFile);
  if (!isCompound && !isBareRecords(start)) return null;
  const bytes = source.bytes <= mostXlsBytes ? await source.read(0, source.bytes) : await ends(source);
  if (isCompound) {
    if (bytes.includes(encryptedPackage)) throw new WaybillError('FILE_ENCRYPTED', 'The workbook is protected with a password.');
    if (!streams.some((name) => bytes.includes(name))) return null;
  }
  if (source.bytes > mostXlsBytes) throw new WaybillError('FILE_WORKBOOK_TOO_LARGE', `An XLS workbook is read up to ${mostXlsBytes} bytes.`, { bytes: source.bytes, mostXlsBytes });
  if (read === undefined) return null;
  return new XlsWorkbook(await read(bytes));
};

/** Where the directory of a large file mostly lies. */
const ends = async (source: RandomAccess): Promise<Buffer> => {
  const piece = 4 * 1024 * 1024;
  return Buffer.concat([await source.read(0, piece), await source.read(Math.max(piece, source.bytes - piece), source.bytes)]);
};

class XlsWorkbook implements Workbook {
  readonly format = 'xls';
  readonly oneTable = [];
  readonly sheets;

  constructor(private readonly read_: readonly ReadXlsSheet[]) {
    if (read_.length === 0) throw new WaybillError('FILE_WORKBOOK_INVALID', 'The workbook has no sheet of cells.');
    this.sheets = read_.map(({ name, hidden }) => ({ name, hidden }));
  }

  look(sheet: number): Promise<SheetLook> { return Promise.resolve({ hasTable: (this.read_[sheet]?.facts.wideRows ?? 0) > 1, readBytes: 0 }); }

  read(sheet: number): SheetReading {
    const { facts = emptyFacts(), spool = [] } = this.read_[sheet] ?? {};
    return { facts, lines: async function* lines() { yield* spool; } };
  }

  shareRead(): number { return 1; }

  close(): void { /* Nothing is open. */ }
}
