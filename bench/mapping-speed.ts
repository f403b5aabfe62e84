/** A file of 200 columns with foreign names and mixed values, and a dataset of 100 fields: what a proposal costs. */
import { datasetDefinitionSchema, type DatasetDefinition } from '../contracts/dataset-definition.ts';
import { proposeByEvidence, type SourceColumn } from '../core/mapping/propose-by-evidence.ts';

const columnCount = 200, fieldCount = 100, cellCount = 1_050;
const things = ['vessel', 'owner', 'incident', 'person', 'company', 'address', 'birth', 'passport', 'weapon', 'district', 'registro', 'fecha', 'prénom', 'Größe', 'morada', 'blorp', 'cmpltn', 'vntg', 'lieu', 'estado'];
const kinds = ['name', 'code', 'number', 'date', 'type', 'description', 'status', 'year', 'id', 'place'];
const types = ['text', 'code', 'date', 'number', 'country', 'text', 'phone', 'timestamp', 'text', 'integer'];

const cells: readonly ((row: number) => string)[] = [
  (row) => `Name ${row} Surname`, (row) => `K${row}`, (row) => `2020-01-${String(row % 28 + 1).padStart(2, '0')}`, (row) => String(row * 1.25), (row) => ['Spain', 'France', 'PT'][row % 3] ?? '',
  (row) => `${row} Mill Road, Leeds`, (row) => `+44 20 7946 ${1000 + row}`, (row) => `2021-03-04 05:${String(row % 60).padStart(2, '0')}:00`, (row) => `Some longer remark about row ${row}; with parts.`, (row) => String(row),
];

const columns: readonly SourceColumn[] = Array.from({ length: columnCount }, (_, index) => ({
  name: `${things[index % things.length] ?? ''}_${kinds[Math.floor(index / things.length)] ?? ''}${index % 7 === 0 ? ` ${index}` : ''}`,
  cells: Array.from({ length: cellCount }, (__, row) => cells[index % cells.length]?.(row) ?? ''),
}));

const definition: DatasetDefinition = datasetDefinitionSchema.parse({
  name: 'wide', description: 'Incidents, one row each.',
  fields: Array.from({ length: fieldCount }, (_, index) => ({
    name: `${things[(index * 3) % things.length]?.normalize('NFKD').replace(/\P{ASCII}/gu, '') ?? ''}_${kinds[index % kinds.length] ?? ''}_${index}`, type: types[index % types.length],
    description: `The ${things[index % things.length] ?? ''} or ${kinds[(index + 3) % kinds.length] ?? ''}, by which the sender knows it.`, key: index === 0,
  })),
});

export interface MappingSpeed { readonly columns: number; readonly fields: number; readonly milliseconds: number }

/** The first turn, with nothing in memory: that is what an operator waits for. */
export const measureMapping = (): MappingSpeed => {
  const begin = process.hrtime.bigint();
  proposeByEvidence({ columns, definition, named: true });
  return { columns: columnCount, fields: fieldCount, milliseconds: Number(process.hrtime.bigint() - begin) / 1e6 };
};
