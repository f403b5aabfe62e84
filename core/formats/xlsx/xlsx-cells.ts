/**
 * A value as a cell: a number, a date or a boolean where the sheet holds it exactly, else its text. Numbers keep their digits as they
 * stand; what a double would change is a text.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { FieldDefinition } from '../../../contracts/dataset-definition.ts';
import { neutraliseFormula } from '../csv/formula-text.ts';
import { portableText } from '../portable-text.ts';
import { doubtfulFrom, significantDigits, sureDigits } from '../sheets/number-text.ts';
import { serialOf, serialText, valueKinds, type ValueKind } from '../sheets/serial-date.ts';
import { textElement } from './xlsx-text.ts';

/** Places of the cell styles in xlsx-frame.ts. */
export const cellStyles = { plain: 0, header: 1, date: 2, second: 3, millisecond: 4, utcSecond: 5, utcMillisecond: 6 } as const;

/** In UTF-16 units (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3). */
export const mostCellCharacters = 32_767;

/** The cell, behind its reference: attributes, content and end. */
export type WriteCell = (text: string) => string;

const guarded: ReadonlySet<string> = new Set(['text', 'country', 'phone', 'email', 'code', 'enum', 'other']);

export const cellWriter = (field: FieldDefinition, noteGuarded: () => void): WriteCell => {
  const portable = portableText(field);
  const text = textCell(field.name);
  switch (field.type) {
    case 'integer': case 'number': return (value) => (isExact(value) ? `><v>${value}</v></c>` : text(value));
    case 'boolean': return (value) => (value === 'true' || value === 'false' ? ` t="b"><v>${value === 'true' ? 1 : 0}</v></c>` : text(value));
    case 'date': return (value) => serialCell(value, valueKinds.date, cellStyles.date) ?? text(portable(value));
    case 'timestamp': return (value) => timestampCell(portable(value)) ?? text(portable(value));
    case 'text': case 'uuid': case 'json': case 'enum': case 'country': case 'phone': case 'email': case 'code': case 'other': case 'text_list': case 'point':
      if (!guarded.has(field.type)) return (value) => text(portable(value));
      return (value) => {
        const neutral = neutraliseFormula(value);
        if (neutral.length !== value.length) noteGuarded();
        return text(neutral);
      };
  }
};

const textCell = (field: string) => (text: string): string => {
  if (text.length > mostCellCharacters) {
    throw new WaybillError('EXPORT_UNWRITABLE', `A text of ${field} is longer than the ${mostCellCharacters} characters that a cell of a workbook holds.`, { field, mostCellCharacters });
  }
  return ` t="inlineStr"><is>${textElement(text)}</is></c>`;
};

const number = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;
const isExact = (text: string): boolean => {
  if (!number.test(text) || significantDigits(text) > sureDigits) return false;
  const value = Number(text);
  return Math.abs(value) < doubtfulFrom && (value !== 0 || significantDigits(text) === 0);
};

const timestampCell = (text: string): string | null => {
  const isUtc = text.endsWith('Z'), hasFraction = text.includes('.');
  const style = isUtc ? hasFraction ? cellStyles.utcMillisecond : cellStyles.utcSecond : hasFraction ? cellStyles.millisecond : cellStyles.second;
  return serialCell(text, isUtc ? valueKinds.dateTimeUtc : valueKinds.dateTime, style);
};

/** Null unless reading the number gives the same text. */
const serialCell = (text: string, kind: ValueKind, style: number): string | null => {
  if (!/^\d{4}-/.test(text)) return null;
  const ms = Date.parse(kind === valueKinds.dateTime ? `${text}Z` : text);
  const serial = Number.isNaN(ms) ? null : serialOf(ms);
  return serial === null || serialText(serial, kind, false) !== text ? null : ` s="${style}"><v>${String(serial)}</v></c>`;
};
