/** Which type of Parquet a field has: the one that holds all its values as they are, else a text (docs/formats.md has the table). */
import type { FieldDefinition } from '../../../contracts/dataset-definition.ts';
import { pgTypeParts } from '../../types/pg-type.ts';

export type ColumnSpec =
  | { readonly is: 'boolean' | 'int32' | 'int16' | 'int64' | 'float' | 'double' | 'date' | 'uuid' | 'json' | 'text' | 'text_list' }
  | { readonly is: 'timestamp'; readonly utc: boolean }
  | { readonly is: 'decimal'; readonly precision: number; readonly scale: number; /** 4, 8, or bytes of a fixed length. */ readonly width: number };

const mostPrecision = 38;

export const columnSpec = (field: FieldDefinition): ColumnSpec => {
  if (field.type === 'text_list') return { is: 'text_list' };
  const { base, modifiers } = pgTypeParts(field);
  switch (base) {
    case 'smallint': return { is: 'int16' };
    case 'integer': return { is: 'int32' };
    case 'bigint': return { is: 'int64' };
    case 'real': return { is: 'float' };
    case 'double precision': return { is: 'double' };
    case 'numeric': return decimalSpec(modifiers);
    case 'boolean': return { is: 'boolean' };
    case 'date': return { is: 'date' };
    case 'timestamp with time zone': return { is: 'timestamp', utc: true };
    case 'timestamp without time zone': return { is: 'timestamp', utc: false };
    case 'uuid': return { is: 'uuid' };
    case 'json': case 'jsonb': return { is: 'json' };
    default: return { is: 'text' };
  }
};

/** Without a precision a numeric may have 131,072 digits. */
const decimalSpec = ([precision, scale = 0]: readonly number[]): ColumnSpec => {
  if (precision === undefined || precision > mostPrecision || scale < 0 || scale > precision) return { is: 'text' };
  return { is: 'decimal', precision, scale, width: precision <= 9 ? 4 : precision <= 18 ? 8 : bytesFor(precision) };
};

/** The fewest bytes whose two's complement holds so many digits. */
const bytesFor = (precision: number): number => Math.ceil((Math.log2(10) * precision + 1) / 8);
