/** Nanoseconds a cell for each type, in the way of the row loop: many fields in turn, so that calls are as megamorphic as there. */
import { fieldDefinitionSchema } from '../contracts/dataset-definition.ts';
import { createCellEncoder, createPointPairEncoder } from '../core/types/cell-encoder.ts';
import { CopyBuffer } from '../core/types/copy-buffer.ts';
import { createKeyHasher } from '../core/types/derived-key.ts';

interface Cells {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
}

const cellCount = 100_000;
const rounds = 20;

const cellsOf = (make: (i: number) => string): Cells => {
  const starts = new Int32Array(cellCount + 1);
  const parts: Buffer[] = [];
  let at = 0;
  for (let i = 0; i < cellCount; i++) {
    const part = Buffer.from(make(i));
    parts.push(part);
    at += part.length;
    starts[i + 1] = at;
  }
  return { bytes: Buffer.concat(parts), starts };
};

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
const day = (i: number): string => pad(1 + (i % 28));
const month = (i: number): string => pad(1 + (i % 12));
const year = (i: number): number => 1950 + (i % 75);
const field = (definition: object) => fieldDefinitionSchema.parse({ name: 'f', ...definition });
const clockText = (i: number): string => `${pad(i % 24)}:${pad(i % 60)}:${pad((i * 7) % 60)}`;

const subjects = [
  { name: 'text, 24 characters', field: field({ type: 'text' }), make: (i: number) => `Some street name ${pad(i, 7)}` },
  { name: 'text, maxLength, quotes and newline', field: field({ type: 'text', maxLength: 80 }), make: (i: number) => `a "quoted"\nnote of ${i}` },
  { name: 'email', field: field({ type: 'email' }), make: (i: number) => `person${i}@example.org` },
  { name: 'integer', field: field({ type: 'integer', pgType: 'integer' }), make: (i: number) => String(i * 17) },
  { name: 'bigint, 19 digits', field: field({ type: 'integer' }), make: (i: number) => `1${pad(i, 18)}` },
  { name: 'integer with min and max', field: field({ type: 'integer', min: '0', max: '9999999' }), make: (i: number) => String(i * 17) },
  { name: 'numeric(12,2)', field: field({ type: 'number', precision: 12, scale: 2 }), make: (i: number) => `${i * 3}.${pad(i % 100)}` },
  { name: 'boolean', field: field({ type: 'boolean' }), make: (i: number) => (i % 2 === 0 ? 'yes' : 'No') },
  { name: 'date, year first', field: field({ type: 'date' }), make: (i: number) => `${year(i)}-${month(i)}-${day(i)}` },
  { name: 'date, d/m/y', field: field({ type: 'date' }), make: (i: number) => `${day(i)}/${month(i)}/${year(i)}` },
  { name: 'date, 12 Mar 2020', field: field({ type: 'date' }), make: (i: number) => `${day(i)} Mar ${year(i)}` },
  { name: 'timestamp with T and Z', field: field({ type: 'timestamp' }), make: (i: number) => `${year(i)}-${month(i)}-${day(i)}T${clockText(i)}Z` },
  { name: 'timestamp m/d/y AM', field: field({ type: 'timestamp' }), make: (i: number) => `${month(i)}/${day(i)}/${year(i)} ${pad(1 + (i % 12))}:${pad(i % 60)}:00 AM` },
  { name: 'timestamp in Europe/Amsterdam', zone: 'Europe/Amsterdam', field: field({ type: 'timestamp' }), make: (i: number) => `${year(i)}-${month(i)}-${day(i)} ${clockText(i)}` },
  { name: 'uuid', field: field({ type: 'uuid' }), make: (i: number) => `3f2504e0-4f89-11d3-9a0c-${pad(i, 12)}` },
  { name: 'enum of 8', field: field({ type: 'enum', values: ['a', 'b', 'open', 'closed', 'pending', 'unfounded', 'x', 'y'] }), make: (i: number) => (i % 2 === 0 ? 'open' : 'unfounded') },
  { name: 'point in one cell', field: field({ type: 'point' }), make: (i: number) => `41.${pad(i, 7)},-87.${pad(i, 7)}` },
  { name: 'jsonb', field: field({ type: 'json' }), make: (i: number) => `{"id":${i},"tags":["a","b"]}` },
  { name: 'text list', field: field({ type: 'text_list' }), make: (i: number) => `a${i};b;c` },
].map((subject) => ({ ...subject, cells: cellsOf(subject.make), encoder: createCellEncoder(subject.field, { zone: subject.zone ?? 'UTC', date: { order: 'dmy', source: 'evidence' } }) }));

const out = new CopyBuffer(1 << 24);
const report = (name: string, nanoseconds: number, note = ''): void => console.log(`${name.padEnd(40)} ${nanoseconds.toFixed(1).padStart(8)} ns/cell ${note}`);

const best = new Map<string, { ns: number; issues: number }>();
for (let round = 0; round < rounds; round++) {
  for (const { name, cells: { bytes, starts }, encoder } of subjects) {
    out.truncate(0);
    let issues = 0;
    const begin = process.hrtime.bigint();
    for (let i = 0; i < cellCount; i++) if (encoder.encode(bytes, starts[i] as number, starts[i + 1] as number, out) !== 0) issues++;
    const ns = Number(process.hrtime.bigint() - begin) / cellCount;
    const known = best.get(name);
    if (known === undefined || ns < known.ns) best.set(name, { ns, issues });
  }
}
for (const [name, { ns, issues }] of best) report(name, ns, issues === 0 ? '' : `(${issues} issues)`);

const latitudes = cellsOf((i) => `41.${pad(i, 7)}`);
const longitudes = cellsOf((i) => `-87.${pad(i, 7)}`);
const both = Buffer.concat([latitudes.bytes, longitudes.bytes]);
const shift = latitudes.bytes.length;
const pair = createPointPairEncoder(field({ type: 'point' }));
let bestPair = Infinity;
let bestHash = Infinity;
const hasher = createKeyHasher();
for (let round = 0; round < rounds; round++) {
  out.truncate(0);
  let begin = process.hrtime.bigint();
  for (let i = 0; i < cellCount; i++)
    pair.encode(both, latitudes.starts[i] as number, latitudes.starts[i + 1] as number, shift + (longitudes.starts[i] as number), shift + (longitudes.starts[i + 1] as number), out);
  bestPair = Math.min(bestPair, Number(process.hrtime.bigint() - begin) / cellCount);
  out.truncate(0);
  begin = process.hrtime.bigint();
  for (let i = 0; i < cellCount; i++) {
    for (let n = 0; n < 4; n++) hasher.cell(both, latitudes.starts[i] as number, latitudes.starts[i + 1] as number);
    out.ascii(hasher.hex());
  }
  bestHash = Math.min(bestHash, Number(process.hrtime.bigint() - begin) / cellCount);
}
report('point from two cells', bestPair);
report('derived key of four cells (a row)', bestHash);
