/** Lists of texts (text[], varchar(n)[]) as an array literal of PostgreSQL with every element quoted. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { appendEscaped } from './copy-escape.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { listElements, type ListElements } from './list-shape.ts';
import { characterLimit } from './pg-type.ts';
import { characterCount, utf8Text } from './utf8.ts';

const arrayInvalid = issueNumber('ARRAY_INVALID');
const textNul = issueNumber('TEXT_NUL');
const textTooLong = issueNumber('TEXT_TOO_LONG');

const elementLiteral = (element: string | null): string => (element === null ? 'NULL' : `"${element.replace(/["\\]/g, '\\$&')}"`);

export class ListEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly maxLength: number;

  constructor(field: FieldDefinition) {
    this.maxLength = characterLimit(field) ?? Number.MAX_SAFE_INTEGER;
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    const elements = listElements(utf8Text(bytes, start, end));
    if (elements === null || elements.some(isNotEncodable)) return arrayInvalid;
    if (elements.some((element) => this.isTooLong(element))) return textTooLong;
    return appendList(elements, out) ? 0 : textNul;
  }

  private isTooLong(element: string | null): boolean {
    if (element === null || element.length <= this.maxLength) return false;
    const bytes = Buffer.from(element, 'utf8');
    return characterCount(bytes, 0, bytes.length) > this.maxLength;
  }
}

/** A JSON escape can name half a character, which UTF-8 cannot write. */
const isNotEncodable = (element: string | null): boolean => element !== null && /\p{Surrogate}/u.test(element);

const appendList = (elements: ListElements, out: CopyBuffer): boolean => {
  const literal = Buffer.from(`{${elements.map(elementLiteral).join(',')}}`, 'utf8');
  return appendEscaped(literal, 0, literal.length, out);
};
