/** One cell through its encoder, as words: what would be copied, and the issue if there is one. */
import { fieldDefinitionSchema, type FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueCodeOf, issueKinds, type IssueCode } from '../../contracts/issue-codes.ts';
import { blankCell, createCellEncoder, createPointPairEncoder, type CellEncoderOptions } from '../../core/types/cell-encoder.ts';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';

export const field = (definition: object): FieldDefinition => fieldDefinitionSchema.parse({ name: 'f', ...definition });

export interface EncodedCell {
  /** COPY text; null: NULL, or refused. */
  readonly copy: string | null;
  readonly issue: IssueCode | null;
}

const outcome = (number: number, out: CopyBuffer): EncodedCell => {
  if (number === blankCell) return { copy: out.length === 0 ? null : 'APPENDED TO A BLANK CELL', issue: null };
  const issue = number === 0 ? null : issueCodeOf(number);
  const refused = issue !== null && issueKinds[issue].severity === 'error';
  return { copy: refused ? null : out.view().toString('utf8'), issue };
};

/** The cell stands between other bytes, so that an encoder that reads past an end is found out. */
export const encodeCell = (definition: object, cell: string | Uint8Array, options: Partial<CellEncoderOptions> = {}): EncodedCell => {
  const bytes = typeof cell === 'string' ? Buffer.from(cell, 'utf8') : cell;
  const surrounded = Buffer.concat([Buffer.from('7'), bytes, Buffer.from('7')]);
  const out = new CopyBuffer();
  const encoder = createCellEncoder(field(definition), { zone: 'UTC', ...options });
  return outcome(encoder.encode(surrounded, 1, 1 + bytes.length, out), out);
};

export const encodePair = (latitude: string, longitude: string): EncodedCell => {
  const bytes = Buffer.from(`${latitude}|${longitude}`, 'utf8');
  const out = new CopyBuffer();
  const middle = Buffer.byteLength(latitude);
  const encoder = createPointPairEncoder(field({ type: 'point' }));
  return outcome(encoder.encode(bytes, 0, middle, middle + 1, bytes.length, out), out);
};

/** The copy text, the code of an issue that refuses the cell, or `NULL`. */
export const readAs = (definition: object, cell: string, options: Partial<CellEncoderOptions> = {}): string => {
  const { copy, issue } = encodeCell(definition, cell, options);
  return copy ?? issue ?? 'NULL';
};
