/** A workbook, from its bytes through the row spool to cells, beside the stream reader of exceljs. Best of several turns in one run. */
import { Readable } from 'node:stream';
import ExcelJS from 'exceljs';
import { WaybillError } from '../contracts/errors.ts';
import { SpoolReader } from '../core/formats/row-spool/spool-reader.ts';
import { PackageParts } from '../core/formats/sheets/package-parts.ts';
import { openXlsx } from '../core/formats/xlsx/xlsx-workbook.ts';

const rows = 30_000, columns = 12, turns = 3;

const makeWorkbook = async (): Promise<Buffer> => {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('Records');
  sheet.addRow(Array.from({ length: columns }, (_, column) => `column ${column}`));
  for (let index = 0; index < rows; index += 1) {
    sheet.addRow([
      `K${index}`, index * 17, `a note, of some length ${index}`, new Date(Date.UTC(2020, 0, 31)), (index % 1_000) + 0.25, index % 2 === 0, `Some street ${index}`, 'Amsterdam', `p${index}@example.org`,
      '2021-03-04T05:06:07Z', 52.1234567, 4.7654321,
    ]);
  }
  return Buffer.from(await book.xlsx.writeBuffer());
};

const readOurs = async (bytes: Buffer): Promise<number> => {
  const parts = await PackageParts.open({ bytes: bytes.length, read: (start, end) => Promise.resolve(bytes.subarray(start, end)) });
  const workbook = parts === null ? null : await openXlsx(parts);
  const reader = new SpoolReader(columns);
  let count = 0;
  for await (const lines of workbook?.read(0, { lineBase: 0, skipLines: 0 }).lines() ?? []) {
    reader.reset(lines, 0, lines.length);
    while (reader.next()) count += 1;
  }
  return count;
};

const readTheirs = async (bytes: Buffer): Promise<number> => {
  const reader = new ExcelJS.stream.xlsx.WorkbookReader(Readable.from([bytes]), { sharedStrings: 'cache', styles: 'cache', worksheets: 'emit', hyperlinks: 'ignore', entries: 'ignore' });
  let count = 0;
  for await (const sheet of reader) for await (const _ of sheet) count += 1;
  return count;
};

const best = async (work: () => Promise<number>): Promise<number> => {
  let least = Infinity;
  for (let turn = 0; turn < turns; turn += 1) {
    const begin = process.hrtime.bigint();
    const count = await work();
    least = Math.min(least, Number(process.hrtime.bigint() - begin) / 1e6);
    if (count !== rows + 1) throw new WaybillError('INTERNAL', 'Another number of rows was read than was written.', { count });
  }
  return least;
};

/** Milliseconds. */
export const measureXlsx = async (): Promise<{ readonly xlsx: number; readonly exceljs: number }> => {
  const bytes = await makeWorkbook();
  return { xlsx: await best(() => readOurs(bytes)), exceljs: await best(() => readTheirs(bytes)) };
};
