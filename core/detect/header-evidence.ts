/**
 * Whether the first record is a header: its cells are names (texts, unique, not values), and the columns below them are of another kind.
 * A record taken for a header would be lost quietly, a header taken for a record fails loudly; still most files have one.
 */
import type { Guess } from '../../contracts/parse-options.ts';
import { isValueKind, kindOf, type CellKind } from './cell-kind.ts';

/** Words that headers are made of, in the languages of the partners' files; matched as whole words of a cell. */
const headerWords = new Set((
  'id ids name names nom prenom nombre nome vorname nachname apellido apellidos date fecha datum data jour dia type tipo typ kind code codigo codice city ville ciudad stadt ' +
  'cidade citta address adresse direccion indirizzo endereco street strasse rue calle country pays land pais paese state status statut estado stato phone tel telephone telefon ' +
  'telefono email mail number numero nummer no nr num description descripcion beschreibung amount montant importe betrag price prix precio preis prezzo year ano annee jahr month ' +
  'mes mois monat day time hour hora heure first last surname firstname lastname fullname given family birth dob gender sex sexe sexo geschlecht age edad latitude longitude lat lon lng category categorie ' +
  'categoria title remarks notes note comment comments value valor wert key region zip postal postcode plz passport nationality vessel flag url source reference ref count total ' +
  'quantity qty unit created updated modified start end from to location place lieu ort lugar district area group team department company firm firma organisation organization ' +
  'currency message level user username login product item sku order score rank label text version language weight height color colour size file path identifier uuid guid ' +
  'имя фамилия отчество дата город адрес страна название код номер тип телефон статус улица возраст пол сумма цена описание імя прізвище місто країна ' +
  'imie nazwisko miasto kraj kod ulica wartosc jmeno prijmeni mesto ulice zeme kod cislo castka popis nev varos orszag cim 名前 住所 日付 姓名 日期 地址 城市 国家'
).split(' '));

const wordsOf = (cell: string): readonly string[] =>
  cell.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ł', 'l').split(/[^\p{L}]+/u).filter((word) => word !== '');

const isKnown = (cell: string): boolean => wordsOf(cell).some((word) => headerWords.has(word)) && cell.length <= 60;

export function judgeHeader(first: readonly string[], rest: readonly (readonly string[])[]): Guess<boolean> {
  const cells = first.map((cell) => cell.trim());
  const kinds = cells.map(kindOf);
  const evidence = [nameEvidence(cells, kinds), columnEvidence(cells, kinds, rest), shapeEvidence(cells, rest)];
  const score = evidence.reduce((sum, { points }) => sum + points, 0);
  const value = score > 0;
  const [strongest] = evidence.filter(({ points }) => points > 0 === value).sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const confidence = 1 / (1 + Math.exp(-1.2 * Math.abs(score)));
  return { value, confidence: Math.round(Math.min(rest.length === 0 ? 0.8 : 0.99, confidence) * 100) / 100, why: strongest?.why ?? 'nothing tells the first record from the others' };
}

interface Evidence { readonly points: number; readonly why: string }

function nameEvidence(cells: readonly string[], kinds: readonly CellKind[]): Evidence {
  const width = Math.max(1, cells.length);
  const filled = cells.filter((cell) => cell !== '');
  const values = kinds.filter((kind, at) => isValueKind(kind) && !isYearHeader(cells, kinds, at)).length;
  const known = filled.filter(isKnown).length;
  const repeated = filled.length - new Set(filled).size;
  const long = filled.filter((cell) => cell.length > 80).length;
  let points = 0;
  if (values === 0 && filled.length > 0) points += 0.7;
  points -= Math.min(4, (values / width) * 8) + (values > 0 ? 0.5 : 0);
  points += (known / width) * 3 + (known >= 2 || known === width ? 0.6 : 0);
  points -= (repeated / width) * 2 + ((width - filled.length) / width) * 2 + long * 0.7;
  if (points > 0) return { points, why: `the cells of the first record read like names${known > 0 ? `; ${known} of ${cells.length} hold usual words of headers` : ''}` };
  return { points, why: values > 0 ? `${values} of ${cells.length} cells of the first record are numbers, dates or other values` : 'empty, repeated or long cells in the first record' };
}

/** Years as names of columns (a pivot table): several, all different, beside cells that are names. */
function isYearHeader(cells: readonly string[], kinds: readonly CellKind[], at: number): boolean {
  const years = cells.filter((cell) => /^(?:19|20)\d\d$/.test(cell));
  return years.length >= 2 && years.includes(cells[at] as string) && new Set(years).size === years.length && kinds.some((kind) => kind === 'text')
    && kinds.filter((kind) => isValueKind(kind)).length === years.length;
}

/** Columns of values under a first cell that is a text speak for a header; under a value of the same kind, against. */
function columnEvidence(cells: readonly string[], kinds: readonly CellKind[], rest: readonly (readonly string[])[]): Evidence {
  let [typed, speakFor, speakAgainst, seenAgain] = [0, 0, 0, 0];
  cells.forEach((cell, at) => {
    const below = rest.map((record) => (record[at] ?? '').trim()).filter((text) => text !== '');
    if (cell !== '' && kinds[at] !== 'empty' && below.includes(cell)) seenAgain++;
    const kind = commonKind(below);
    if (kind === null || kinds[at] === 'empty') return;
    typed++;
    if (kinds[at] === kind) speakAgainst += isYearHeader(cells, kinds, at) ? 0 : 1;
    else if (kinds[at] === 'text') speakFor++;
    else if (kinds[at] === 'code' && kind !== 'flag') speakFor += 0.5;
  });
  const points = (typed === 0 ? 0 : (3 * (speakFor - 1.5 * speakAgainst)) / Math.max(typed, cells.length / 4)) - Math.min(3, seenAgain);
  if (points > 0) return { points, why: `${Math.ceil(speakFor)} of ${typed} columns of numbers, dates or codes have a text as their first cell` };
  return { points, why: seenAgain > 0 ? `values of the first record occur again below in ${seenAgain} columns` : `${speakAgainst} of ${typed} columns have a first cell of the same kind as those below` };
}

function commonKind(below: readonly string[]): CellKind | null {
  const counts = new Map<CellKind, number>();
  let filled = 0;
  for (const text of below) {
    const kind = kindOf(text);
    if (kind === 'empty') continue;
    filled++;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const [kind, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['text', 0];
  return kind !== 'text' && filled > 0 && count >= filled * 0.8 ? kind : null;
}

/** Upper or lower case, several words, one length: where a column is all of one shape, a first cell of another shape is no member of it. */
function shapeEvidence(cells: readonly string[], rest: readonly (readonly string[])[]): Evidence {
  let [same, other, columns] = [0, 0, 0];
  cells.forEach((cell, at) => {
    const below = rest.map((record) => (record[at] ?? '').trim()).filter((text) => kindOf(text) === 'text');
    if (below.length < Math.max(2, rest.length * 0.3) || cell === '') return;
    columns++;
    const [shape, count] = commonShape(below);
    if (count < below.length * 0.8) return;
    if (shapeOf(cell) === shape) same++;
    else other++;
  });
  const points = columns === 0 ? 0 : (1.2 * (other - same)) / columns;
  return points > 0
    ? { points, why: `${other} of ${columns} columns of text are written in another way than their first cell` }
    : { points, why: `${same} of ${columns} columns of text are written in the same way as their first cell` };
}

function commonShape(texts: readonly string[]): readonly [string, number] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(shapeOf(text), (counts.get(shapeOf(text)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
}

function shapeOf(text: string): string {
  if (text === text.toLowerCase()) return text === text.toUpperCase() ? 'no case' : 'lower';
  if (text === text.toUpperCase()) return 'upper';
  return /^\p{Lu}\p{Ll}/u.test(text) ? 'title' : 'mixed';
}
