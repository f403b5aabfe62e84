/** The encoder of a field: which type reads which cells is docs/types.md. Made once a chunk, then fed cell after cell. */
import type { FieldDefinition } from '../../contracts/dataset-definition.ts';
import type { DateReading } from '../../contracts/plan-document.ts';
import { BooleanEncoder } from './boolean-encoder.ts';
import { DateEncoder } from './date-encoder.ts';
import type { CellEncoder, PairEncoder } from './encoder.ts';
import { EnumEncoder } from './enum-encoder.ts';
import { IntegerEncoder } from './integer-encoder.ts';
import { JsonEncoder } from './json-encoder.ts';
import { ListEncoder } from './list-encoder.ts';
import { NumberEncoder } from './number-encoder.ts';
import { pgTypeParts } from './pg-type.ts';
import { PointEncoder, PointPairEncoder } from './point-encoder.ts';
import { TextCellEncoder } from './text-encoder.ts';
import { TimestampEncoder } from './timestamp-encoder.ts';
import { UuidEncoder } from './uuid-encoder.ts';
import { zoneClockOf } from './zone-clock.ts';

export { blankCell } from './encoder.ts';
export type { CellEncoder, PairEncoder } from './encoder.ts';

export interface CellEncoderOptions {
  readonly date?: DateReading | undefined;
  /** IANA zone of times without one. */
  readonly zone: string;
  /** Dates as days since 2000-01-01, as the staging holds them. */
  readonly datesAsDays?: boolean;
  /** Years before 1 and after 9999, as PostgreSQL writes them: of a file that was exported. */
  readonly farYears?: boolean;
}

const unknownReading: DateReading = { order: null, source: 'assumed' };

export const createCellEncoder = (field: FieldDefinition, options: CellEncoderOptions): CellEncoder => {
  const reading = options.date ?? unknownReading;
  switch (field.type) {
    case 'text': case 'code': case 'country': case 'phone': case 'email': case 'other': return new TextCellEncoder(field);
    case 'integer': return new IntegerEncoder(field);
    case 'number': return isIntegerColumn(field) ? new IntegerEncoder(field) : new NumberEncoder(field);
    case 'boolean': return new BooleanEncoder();
    case 'date': return new DateEncoder(field, reading, zoneClockOf(options.zone) === null, options);
    case 'timestamp': return new TimestampEncoder(field, reading, options.zone, options.farYears);
    case 'uuid': return new UuidEncoder();
    case 'json': return new JsonEncoder(field);
    case 'enum': return field.values === undefined ? new TextCellEncoder(field) : new EnumEncoder(field);
    case 'text_list': return new ListEncoder(field);
    case 'point': return new PointEncoder();
  }
};

const isIntegerColumn = (field: FieldDefinition): boolean => ['smallint', 'integer', 'bigint'].includes(pgTypeParts(field).base);

/** Latitude and longitude columns that make one point. */
export const createPointPairEncoder = (_field: FieldDefinition): PairEncoder => new PointPairEncoder();
