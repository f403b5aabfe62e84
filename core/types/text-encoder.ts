/**
 * Texts and texts with a meaning (code, country, phone, email, other): the cell exactly as it stood, so that `007`, 19-digit ids and
 * `1E5` stay what they were (promise 8). Nothing is trimmed; only a required field takes a cell of blanks for an empty one.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { isBlankCell } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { appendEscaped } from './copy-escape.ts';
import { looksLikeEmail } from './email.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { characterLimit } from './pg-type.ts';
import { characterCount } from './utf8.ts';

const textNul = issueNumber('TEXT_NUL');
const textTooLong = issueNumber('TEXT_TOO_LONG');
const emailInvalid = issueNumber('EMAIL_INVALID');

export class TextCellEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly required: boolean;
  private readonly isEmail: boolean;
  private readonly maxLength: number;

  constructor(field: FieldDefinition) {
    this.required = field.required || field.key;
    this.isEmail = field.type === 'email';
    this.maxLength = characterLimit(field) ?? Number.MAX_SAFE_INTEGER;
  }

  encode(bytes: Uint8Array, start: number, end: number, out: CopyBuffer): number {
    if (start === end) return blankCell;
    const first = bytes[start] as number;
    if (this.required && (first <= 0x20 || first === 0xc2) && isBlankCell(bytes, start, end)) return blankCell;
    if (end - start > this.maxLength && characterCount(bytes, start, end) > this.maxLength) return textTooLong;
    if (!appendEscaped(bytes, start, end, out)) return textNul;
    return this.isEmail && !looksLikeEmail(bytes, start, end) ? emailInvalid : 0;
  }
}
