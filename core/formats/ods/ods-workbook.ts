/** OpenDocument spreadsheets: packages (.ods, and templates), and documents of one piece (.fods). */
import { WaybillError } from '../../../contracts/errors.ts';
import type { PackageParts } from '../sheets/package-parts.ts';
import type { SheetLook, SheetReading, SheetStart, Workbook } from '../sheets/workbook.ts';
import { readWholeXml, readXml, tagOf } from '../sheets/xml-tokens.ts';
import { OdsLook } from './ods-look.ts';
import { OdsRows } from './ods-rows.ts';

/** The XML in which all sheets are. */
export interface OdsContent {
  read(): AsyncIterable<Uint8Array>;
  /** How much of it was read, from 0 to 1. */
  shareRead(): number;
  close(): void;
}

export const odsMediaType = 'application/vnd.oasis.opendocument.spreadsheet';
const lineBytes = 256 * 1024;

/** Null: the package holds no spreadsheet. */
export const openOds = async (parts: PackageParts): Promise<Workbook | null> => {
  if (!parts.has('mimetype') || !(await startOf(parts, 'mimetype')).startsWith(odsMediaType)) return null;
  if (parts.has('META-INF/manifest.xml')) await refuseEncrypted(parts);
  return openContent({ read: () => parts.read('content.xml'), shareRead: () => parts.shareRead('content.xml'), close: () => { parts.close(); } });
};

export const openContent = async (content: OdsContent): Promise<Workbook> => {
  const looked = new OdsLook();
  for await (const _ of readXml(content.read(), looked.tokens));
  if (looked.sheets.length === 0) throw new WaybillError('FILE_WORKBOOK_INVALID', 'The spreadsheet has no sheet.');
  return new OdsWorkbook(content, looked.sheets);
};

const startOf = async (parts: PackageParts, name: string): Promise<string> => {
  for await (const piece of parts.read(name)) return Buffer.from(piece.subarray(0, 200)).toString('latin1');
  return '';
};

const encryption = tagOf('encryption-data');
const refuseEncrypted = async (parts: PackageParts): Promise<void> => {
  await readWholeXml(parts.read('META-INF/manifest.xml'), () => ({
    open: (tag) => { if (tag === encryption) throw new WaybillError('FILE_ENCRYPTED', 'The spreadsheet is protected with a password.'); },
    close: () => undefined,
    text: () => undefined,
  }));
};

class OdsWorkbook implements Workbook {
  readonly format = 'ods';
  readonly oneTable = [];

  constructor(private readonly content: OdsContent, readonly sheets: OdsLook['sheets']) {}

  look(sheet: number): Promise<SheetLook> { return Promise.resolve({ hasTable: this.sheets[sheet]?.hasTable ?? false, readBytes: 0 }); }

  read(sheet: number, start: SheetStart): SheetReading {
    const rows = new OdsRows(sheet, start);
    return { facts: rows.facts, lines: () => this.linesOf(rows) };
  }

  /** All sheets are in one part. */
  shareRead(): number { return this.content.shareRead(); }

  close(): void { this.content.close(); }

  private async *linesOf(rows: OdsRows): AsyncGenerator<Uint8Array> {
    for await (const _ of readXml(this.content.read(), rows.tokens)) {
      do {
        const taken = rows.lines.take(lineBytes);
        if (taken !== null) yield taken;
      } while (rows.lines.drain(lineBytes));
    }
    const rest = rows.lines.take(0);
    if (rest !== null) yield rest;
  }
}
