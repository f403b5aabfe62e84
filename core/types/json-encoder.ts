/**
 * JSON (RFC 8259), as it stood. `jsonb` keeps a parsed form, so what it would refuse or silently change is refused here: \u0000, lone
 * surrogates, numbers outside numeric, and a key that stands twice in one object (it would keep the last). Nesting is limited, because
 * PostgreSQL's parser ends a statement, not a row, when its stack is full.
 */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueNumber } from '../../contracts/issue-codes.ts';
import { trimmedEnd, trimmedStart } from './cell-edges.ts';
import type { CopyBuffer } from './copy-buffer.ts';
import { appendEscaped } from './copy-escape.ts';
import { blankCell, type CellEncoder } from './encoder.ts';
import { jsonFacts } from './json-facts.ts';
import { pgTypeParts } from './pg-type.ts';
import { utf8Text } from './utf8.ts';

const jsonInvalid = issueNumber('JSON_INVALID');
export const mostJsonLevels = 1_000;

export class JsonEncoder implements CellEncoder {
  readonly evidence = null;
  private readonly binary: boolean;

  constructor(field: FieldDefinition) {
    this.binary = pgTypeParts(field).base === 'jsonb';
  }

  encode(bytes: Uint8Array, cellStart: number, cellEnd: number, out: CopyBuffer): number {
    const start = trimmedStart(bytes, cellStart, cellEnd);
    const end = trimmedEnd(bytes, start, cellEnd);
    if (start === end) return blankCell;
    if (!this.isAccepted(utf8Text(bytes, start, end))) return jsonInvalid;
    return appendEscaped(bytes, start, end, out) ? 0 : jsonInvalid;
  }

  private isAccepted(text: string): boolean {
    const value = parsed(text);
    if (value === undefined) return false;
    const facts = jsonFacts(text);
    if (facts.levels > mostJsonLevels) return false;
    return !this.binary || (facts.escapesAreCharacters && facts.numbersFit && facts.keys === keyCount(value));
  }
}

/** Undefined when it is not JSON. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const keyCount = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const children = Object.values(value) as readonly unknown[];
  return children.reduce<number>((sum, child) => sum + keyCount(child), Array.isArray(value) ? 0 : children.length);
};
