/** A file in memory, the way that `waybill inspect` and the import go: unpacked, extracted, detected. */
import { createHash } from 'node:crypto';
import { issueCodeOf } from '../../contracts/issue-codes.ts';
import { parseOverridesSchema, type Detection } from '../../contracts/parse-options.ts';
import { brokenFlag, doubtfulFlag, escapedFlag, quotedFlag } from '../../core/formats/csv/record-scanner.ts';
import { createReader } from '../../core/formats/formats.ts';
import type { ReadLegacyWorkbook } from '../../core/formats/xls/xls-workbook.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { Storage } from '../../storage/storage.ts';

export interface PreparedBytes { readonly detection: Detection; readonly bytes: Buffer }

export const prepareBytes = async (storage: Storage, content: Uint8Array, { overrides = {}, fileName = 'x', readLegacy, fullSheet }: { readonly overrides?: unknown; readonly fileName?: string; readonly fullSheet?: number; readonly readLegacy?: ReadLegacyWorkbook } = {}): Promise<PreparedBytes> => {
  const sha256 = createHash('sha256').update(content).digest('hex');
  await storage.write(archiveKey(sha256), [content]);
  const spool = spoolKey('00000000-0000-4000-8000-000000000001');
  try {
    const { detection, key, bytes } = await prepareSource(storage, { key: archiveKey(sha256), spool, overrides: parseOverridesSchema.parse(overrides), fileName, readLegacy, fullSheet });
    return { detection, bytes: await storage.readRange(key, 0, bytes) };
  } finally {
    await storage.remove(spool);
    await storage.remove(archiveKey(sha256));
  }
};

/** `line CODE column` of cells that cannot stand for a value; `line CODE? column` of those with a doubt beside them. */
export const findingsOf = ({ detection: { options }, bytes }: PreparedBytes): readonly string[] => {
  const reader = createReader(options);
  reader.reset(bytes, options.dataStartByte, bytes.length, options.dataStartLine);
  const found: string[] = [];
  while (reader.next()) for (let cell = 0; cell < reader.cellCount; cell += 1) {
    const flags = reader.cellFlags[cell] ?? 0;
    if ((flags & (brokenFlag | doubtfulFlag)) !== 0) found.push(`${reader.line} ${issueCodeOf(reader.brokenIssue(cell))}${(flags & doubtfulFlag) === 0 ? '' : '?'} ${cell + 1}`);
  }
  return found;
};

export const linesOf = ({ detection: { options }, bytes }: PreparedBytes): readonly number[] => {
  const reader = createReader(options);
  reader.reset(bytes, options.dataStartByte, bytes.length, options.dataStartLine);
  const lines: number[] = [];
  while (reader.next()) lines.push(reader.line);
  return lines;
};

/** Null: nothing there; an empty text is one that was written as such. */
export const cellsOf = ({ detection: { options }, bytes }: PreparedBytes): readonly (readonly (string | null)[])[] => {
  const reader = createReader(options);
  reader.reset(bytes, options.dataStartByte, bytes.length, options.dataStartLine);
  const rows: (string | null)[][] = [];
  while (reader.next()) rows.push(Array.from({ length: reader.cellCount }, (_, cell) => {
    const start = reader.cellStart[cell] ?? 0, end = reader.cellEnd[cell] ?? 0, flags = reader.cellFlags[cell] ?? 0;
    if (start === end) return (flags & quotedFlag) === 0 ? null : '';
    const target = Buffer.alloc(end - start);
    return (flags & escapedFlag) === 0 ? bytes.toString('utf8', start, end) : target.toString('utf8', 0, reader.unescapeInto(cell, target, 0));
  }));
  return rows;
};
