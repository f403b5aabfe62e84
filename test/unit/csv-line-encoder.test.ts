import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvDialectSchema } from '../../contracts/export-request.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { rowsOfMessages } from '../../core/formats/copy-text.ts';
import { CsvWriter } from '../../core/formats/csv/csv-writer.ts';
import { neutraliseFormula } from '../../core/formats/csv/formula-text.ts';
import { isNumberBytes } from '../../core/formats/csv/number-bytes.ts';
import type { OutputField, OutputRow } from '../../core/formats/format-writer.ts';

/** As PostgreSQL writes a value in COPY's text format (CopyAttributeOutText). */
const copyText = (value: string | null): string => value === null ? '\\N'
  : value.replace(/[\b\f\n\r\t\v\\]/g, (sign) => `\\${{ '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v', '\\': '\\' }[sign] ?? ''}`);
const messageOf = (row: OutputRow): Buffer => {
  const line = Buffer.from(`${row.map(copyText).join('\t')}\n`);
  const header = Buffer.from('d....');
  header.writeUInt32BE(4 + line.length, 1);
  return Buffer.concat([header, line]);
};
const messagesOf = (rows: readonly OutputRow[]): Buffer => Buffer.concat(rows.map(messageOf));

const fields: readonly OutputField[] = datasetDefinitionSchema.parse({ name: 'x', fields: [
  { name: 'a', type: 'text' }, { name: 'n', type: 'number' }, { name: 't', type: 'timestamp' }, { name: 'j', type: 'json' }, { name: 'l', type: 'text_list' },
  { name: 'p', type: 'point' }, { name: 'd', type: 'date' }, { name: 'tel', type: 'phone' },
] }).fields.map((field) => ({ name: field.name, field }));

const signs = fc.constantFrom(' ', '"', "'", '\r', '\n', '\t', '\v', '\b', '\\', ',', ';', '|', '=', '+', '-', '@', '.', '%', 'e', '5', '007', '1', '234', 'N', '\u00a0', '\u2028', '\u3000', '\ufeff', 'é', 'か', '健', '😀', 'ש', '\u0001', '~');
const text = fc.oneof(fc.array(signs, { maxLength: 8 }).map((parts) => parts.join('')), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }).map((some) => some.replaceAll(/[\ud800-\udfff\0]/g, '')));
const number = fc.oneof(fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e-07', '-12.50', '12345678901234567890123456789012345678.10'), fc.integer().map(String));
const time = fc.constantFrom('2024-01-31 10:00:00+00', '2024-01-31 10:00:00.5', '2024-01-31 10:00:00.123456+00', 'infinity', '-infinity', '12024-01-31 10:00:00+00', '0044-03-15 10:00:00+00 BC', '0044-03-15 10:00:00 BC', '2024-01-31');
const json = fc.json();
const list = fc.constantFrom('{}', '{a,"b \\"c\\"",NULL}', '{"x\ty"}', '[0:1]={a,b}', '{{a,b},{c,d}}');
const point = fc.constantFrom('(4.35,50.85)', '(NaN,1)', '(1e-05,-2)');
const date = fc.constantFrom('2024-02-29', 'infinity', '0044-03-15 BC', '12024-01-31');
const row = fc.tuple(...[text, number, time, json, list, point, date, fc.oneof(text, fc.constantFrom('+49 123 456', '+49 123 4567', '-5', '(0)5'))].map((value) => fc.option(value, { freq: 8 })));

const dialects = { delimiter: fc.constantFrom(',', ';', '\t', '|', '^', '\\', ']', '-', '.', ':', '+', "'", '"'), quote: fc.constantFrom('"' as const, "'" as const), lineEnd: fc.constantFrom('crlf' as const, 'lf' as const), guardFormulas: fc.boolean() };

describe('CSV out of COPY lines', () => {
  it('is to the byte what is written of the values, in every dialect, and counts the same guarded cells', () => {
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), fc.record(dialects), (rows, dialect) => {
      fc.pre(dialect.delimiter !== dialect.quote);
      const options = { ...csvDialectSchema.parse(dialect), delimiter: dialect.delimiter };
      const byValues = new CsvWriter(fields, options), byLines = new CsvWriter(fields, options);
      const messages = messagesOf(rows);
      expect(Buffer.from(byLines.encodeLines?.(messages) ?? []).toString()).toBe(Buffer.from(byValues.encode(rows)).toString());
      expect(byLines.guardedCells).toBe(byValues.guardedCells);
      expect(rowsOfMessages(messages)).toEqual(rows);
    }), { numRuns: 3_000 });
  });

  it('is not offered for one column, where a null is written in another way', () => {
    expect(new CsvWriter(fields.slice(0, 1), { ...csvDialectSchema.parse({}), delimiter: ',' }).encodeLines).toBeUndefined();
  });

  it('holds very long texts of nothing but quotes and of nothing but signs that grow', () => {
    const options = { ...csvDialectSchema.parse({}), delimiter: ',' };
    const values = [['"'.repeat(300_000), '1', null, null, `{${'"\u0001",'.repeat(20_000)}x}`, null, null, null]] as const;
    expect(Buffer.from(new CsvWriter(fields, options).encodeLines?.(messagesOf(values)) ?? []).equals(new CsvWriter(fields, options).encode(values))).toBe(true);
  });
});

describe('A number by its bytes', () => {
  it('is one exactly when no guard is put before it', () => {
    const sign = fc.constantFrom('+', '-', ' ', ',', '.', 'e', 'E', '%', '0', '12', '345', '6789');
    fc.assert(fc.property(fc.constantFrom('+', '-'), fc.array(sign, { maxLength: 8 }), (first, rest) => {
      const value = first + rest.join('');
      const bytes = Buffer.from(`x${value}9`);
      expect(isNumberBytes(bytes, 1, bytes.length - 1)).toBe(neutraliseFormula(value) === value);
    }), { numRuns: 20_000 });
  });
});
