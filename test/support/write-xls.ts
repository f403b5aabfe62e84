/**
 * A BIFF8 workbook of one sheet of texts, as large as the format takes it: SheetJS's own writer looks for each text among all that it has
 * written, 28 s for 32,000 rows × 12. Records by [MS-XLS] 2.4; texts stand once in the table that all cells share (2.4.265).
 */
import { compoundFiles } from '../../core/formats/xls/compound-file.ts';

const mostRecordBytes = 8_224;
const kind = { bof: 0x0809, eof: 0x0a, boundSheet: 0x85, sst: 0xfc, goesOn: 0x3c, labelSst: 0xfd } as const;

const record = (type: number, ...pieces: readonly Buffer[]): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(pieces.reduce((sum, { length }) => sum + length, 0), 2);
  return Buffer.concat([head, ...pieces]);
};

const start = (isSheet: boolean): Buffer => {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(0x0600, 0);
  body.writeUInt16LE(isSheet ? 0x0010 : 0x0005, 2);
  return record(kind.bof, body);
};

/** Latin-1 in bytes, all else in UTF-16 (2.5.293). */
const textOf = (text: string): Buffer => {
  const isWide = /[^\u0000-\u00ff]/.test(text);
  const head = Buffer.alloc(3, isWide ? 1 : 0);
  head.writeUInt16LE(text.length, 0);
  return Buffer.concat([head, Buffer.from(text, isWide ? 'utf16le' : 'latin1')]);
};

/** Goes on in a next record between two texts, never within one. */
const sharedTexts = (texts: readonly string[], cells: number): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(cells, 0);
  head.writeUInt32LE(texts.length, 4);
  const records: Buffer[] = [];
  let pieces: Buffer[] = [head], bytes = head.length;
  const close = (): void => { records.push(record(records.length === 0 ? kind.sst : kind.goesOn, ...pieces)); };
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

const cellOf = (row: number, column: number, text: number): Buffer => {
  const cell = Buffer.alloc(14);
  cell.writeUInt16LE(kind.labelSst, 0);
  cell.writeUInt16LE(10, 2);
  cell.writeUInt16LE(row, 4);
  cell.writeUInt16LE(column, 6);
  cell.writeUInt32LE(text, 10);
  return cell;
};

/** @param rows at most 65,536, of texts of up to 4,000 characters; an empty text is no cell */
export const writeXls = (rows: readonly (readonly string[])[]): Buffer => {
  const numbers = new Map<string, number>();
  const cells: Buffer[] = [];
  rows.forEach((row, rowNo) => { row.forEach((text, column) => {
    if (text === '') return;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    cells.push(cellOf(rowNo, column, number));
  }); });
  const sheet = Buffer.concat([start(true), ...cells, record(kind.eof)]);
  const texts = sharedTexts([...numbers.keys()], cells.length);
  const name = Buffer.from('\u0000\u0000\u0000\u0000\u0000\u0000\u0007\u0000Records', 'latin1');
  const first = start(false), end = record(kind.eof);
  name.writeUInt32LE(first.length + name.length + 4 + texts.length + end.length, 0);
  const book = compoundFiles.utils.cfb_new();
  compoundFiles.utils.cfb_add(book, '/Workbook', Buffer.concat([first, record(kind.boundSheet, name), texts, end, sheet]));
  return compoundFiles.write(book, { type: 'buffer' });
};
