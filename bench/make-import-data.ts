/**
 * The bench's data: N sound rows of 12 columns, about 175 bytes each, keys unique and in no order, the same on every machine. The variant
 * has the same keys and 1 % changed rows. Files are kept under the temporary folder and made once.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';

export interface ImportDataFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface ImportData {
  readonly first: ImportDataFile;
  /** The same again with every 100th row changed. */
  readonly delta: ImportDataFile;
}

/** Column → type; both sides of the bench make their table from this. */
export const importColumns = [
  { name: 'record_id', pgType: 'text' },
  { name: 'full_name', pgType: 'text' },
  { name: 'narrative', pgType: 'text' },
  { name: 'status', pgType: 'text' },
  { name: 'occurred_on', pgType: 'date' },
  { name: 'reported_on', pgType: 'date' },
  { name: 'persons', pgType: 'integer' },
  { name: 'amount', pgType: 'numeric(12,2)' },
  { name: 'latitude', pgType: 'numeric(9,6)' },
  { name: 'longitude', pgType: 'numeric(9,6)' },
  { name: 'phone', pgType: 'text' },
  { name: 'municipality', pgType: 'text' },
] as const;

export const changedEvery = 100;
/** Part of the file's name: a new layout does not meet old files. */
const layoutVersion = 2;
const bufferBytes = 1 << 20;

const givenNames = ['Anna', 'Bruno', 'Chiara', 'David', 'Élodie', 'Fatima', 'Georgi', 'Hélène', 'Ivan', 'Jürgen', 'Kateryna', 'Luís', 'Małgorzata', 'Νίκος', 'Олена', '健太'];
const familyNames = ['Adler', 'Bianchi', 'Dubois', 'Fernández', 'García', 'Horváth', 'Ivanova', 'Jansen', 'Kovács', 'López', 'Müller', 'Nowak', 'O’Brien', 'Petrov', 'Schmidt', 'Šimić'];
const statuses = ['open', 'closed', 'referred', 'suspended'];
const towns = ['Berlin', 'Lyon', 'Łódź', 'Porto', 'Gent', 'Київ', 'Zürich', 'Tartu'];
const narratives = [
  'Reported at the counter. No further details are known so far.', '"Caller said ""call back later"" and hung up before the name was taken"', 'Two persons seen leaving the premises by the rear door at night.',
  '"First statement taken at the scene.\nSecond statement follows by post."', 'Vehicle found damaged on the parking lot behind the station.', '"Items missing: camera, tripod, bag, two lenses, a lamp"',
  'Portefeuille volé dans le tramway ligne 4 vers minuit.', '"Door marked ""Private"",\nlock broken, nothing missing."',
];

/** A well-mixed 32-bit number of the row and a salt (murmur3's finaliser): random access, no state. */
const mix = (row: number, salt: number): number => {
  let mixed = (row + Math.imul(salt, 0x9e3779b1)) | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

const pick = (list: readonly string[], number: number): string => list[number % list.length] ?? '';
const two = (number: number): string => (number < 10 ? `0${number}` : String(number));

/** One to one on 0 … 2^32 − 1 (an odd factor), so unique, and far from the file's order. */
const keyOf = (row: number): string => `R${String(Math.imul(row, 0x9e3779b1) >>> 0).padStart(10, '0')}`;

const makeRow = (row: number, changed: boolean): string => {
  const a = mix(row, 1);
  const b = mix(row, 2);
  const c = mix(row, changed ? 4 : 3);
  const month = two((a % 12) + 1);
  const day = two((b % 28) + 1);
  const year = 2005 + (a >>> 8) % 20;
  const narrative = pick(narratives, b >>> 3);
  return `${keyOf(row)},${pick(givenNames, a)} ${pick(familyNames, b)},${narrative},${pick(statuses, c >>> 5)},${year}-${month}-${day},`
    + `${two((c % 28) + 1)}/${month}/${year + 1},${a % 40},${c % 900_000}.${two(b % 100)},${((a % 120_000_000) / 1e6 - 60).toFixed(6)},`
    + `${((b % 340_000_000) / 1e6 - 170).toFixed(6)},+${30 + (a % 60)} ${100 + (b % 900)} ${1_000_000 + (c % 9_000_000)},${pick(towns, a >>> 4)}\n`;
};

const writeFile = async (path: string, rows: number, delta: boolean): Promise<void> => {
  const draft = `${path}.${process.pid}.draft`;
  const out = createWriteStream(draft, { highWaterMark: bufferBytes });
  let text = `${importColumns.map(({ name }) => name).join(',')}\n`;
  for (let row = 1; row <= rows; row += 1) {
    text += makeRow(row, delta && row % changedEvery === 0);
    if (text.length >= bufferBytes) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await once(out, 'close');
  await rename(draft, path);
};

export const defaultDataFolder = join(tmpdir(), `waybill-bench-${process.getuid?.() ?? 0}`);

/** Made when it is missing. */
export const makeImportFile = async (rows: number, folder: string = defaultDataFolder, variant: 'first' | 'delta' = 'first'): Promise<ImportDataFile> => {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `import-v${layoutVersion}-${rows}${variant === 'delta' ? '-delta' : ''}.csv`);
  const found = await stat(path).catch(() => null);
  if (found === null) await writeFile(path, rows, variant === 'delta');
  return { path, rows, bytes: (found ?? await stat(path)).size };
};

export const makeImportData = async (rows: number, folder: string = defaultDataFolder): Promise<ImportData> =>
  ({ first: await makeImportFile(rows, folder), delta: await makeImportFile(rows, folder, 'delta') });
