/** How many of a column's values the field's own reader takes: a guess whose rows would all be rejected is no help. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import { issueCodeOf, issueKinds } from '../../contracts/issue-codes.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { blankCell, createCellEncoder, createPointPairEncoder } from '../types/cell-encoder.ts';
import { CopyBuffer } from '../types/copy-buffer.ts';
import { proposeDateReading } from '../types/propose-date-reading.ts';

export interface ReadableQuestion {
  readonly field: FieldDefinition;
  /** Of one column, or of latitude and longitude. */
  readonly cells: readonly (readonly string[])[];
  readonly zone: string;
  /** How dates are read; default: as the cells prove. */
  readonly date?: DateReading;
}

/** 1 where every value is read, blank cells not counted; 1 too where there is none. */
export const readableShare = (question: ReadableQuestion): number => {
  const outcomes = question.cells.length === 2 ? pairOutcomes(question) : cellOutcomes(question);
  const filled = outcomes.filter((outcome) => outcome !== blankCell);
  return filled.length === 0 ? 1 : filled.filter(isTaken).length / filled.length;
};

const isTaken = (outcome: number): boolean => outcome === 0 || issueKinds[issueCodeOf(outcome)].severity !== 'error';

const cellOutcomes = ({ field, cells: [cells = []], zone, date }: ReadableQuestion): readonly number[] => {
  const dated = field.type === 'date' || field.type === 'timestamp';
  const encoder = createCellEncoder(field, { zone, ...(dated ? { date: date ?? proposeDateReading(cells) } : {}) });
  const out = new CopyBuffer();
  return cells.map((cell) => {
    const bytes = Buffer.from(cell, 'utf8');
    out.length = 0;
    return encoder.encode(bytes, 0, bytes.length, out);
  });
};

const pairOutcomes = ({ field, cells: [latitudes = [], longitudes = []] }: ReadableQuestion): readonly number[] => {
  const encoder = createPointPairEncoder(field);
  const out = new CopyBuffer();
  return latitudes.map((latitude, row) => {
    const first = Buffer.from(latitude, 'utf8'), bytes = Buffer.concat([first, Buffer.from(longitudes[row] ?? '', 'utf8')]);
    out.length = 0;
    return encoder.encode(bytes, 0, first.length, first.length, bytes.length, out);
  });
};
