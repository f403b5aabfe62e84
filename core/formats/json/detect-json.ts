/** Whether a text is a JSON document, and where in it the records are. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { Guess, JsonDetection, JsonOptions } from '../../../contracts/parse-options.ts';
import type { Segment } from '../../detect/sample.ts';
import type { SourceText } from '../../detect/source-text.ts';
import { closeBrace, closeBracket, openBrace, openBracket, quote } from './json-bytes.ts';
import { explodedJsonColumns } from '../explode/exploded-json.ts';
import { columnsOf, featureNames } from './json-columns.ts';
import { findRecordLists, placeOf, type FoundLists, type RecordList } from './record-lists.ts';
import { parseRecordPath, writeRecordPath } from './record-path.ts';
import { findElement, firstContent, parsed, recordKeys, sampleElements } from './sampled-json.ts';

/** Null: no JSON document. */
export const detectJson = (text: SourceText, format: JsonOptions['format']): JsonDetection | null => {
  const start = text.segments[0] as Segment;
  const found = lookInto(text, start);
  if (found === null || (format === 'geojson') !== isGeojson(text, found)) return null;
  const chosen = chooseList(text, found, format);
  const { list } = chosen;
  refuseSecondList(found, list, start.bytes);
  const first = list.container === 'array' ? sampleElements(start.bytes, list.start) : sampleObject(start, list);
  if (first.length === 0 && found.cut) throw tooLong(text);
  if (list.count === 0) throw new WaybillError('FILE_NO_RECORDS', 'The list of records is empty.', placeOf(start.bytes, list.start));
  return detectionOf(text, { chosen, format, records: [...first, ...furtherRecords(text, list, first)] });
};

const refuseSecondList = ({ lists }: FoundLists, list: RecordList, bytes: Uint8Array): void => {
  const [, second] = lists.filter(({ path }) => path.length === list.path.length && path.every((key, index) => key === list.path[index]));
  if (second === undefined) return;
  const { line, byte } = placeOf(bytes, second.start);
  throw new WaybillError('FILE_JSON_INVALID', `A second list stands at the record path, and only one would be read: line ${line}, byte ${byte}.`, { line, byte });
};

const lookInto = ({ overrides, extension }: SourceText, start: Segment): FoundLists | null => {
  const { format, delimiter, recordPath } = overrides;
  const isNamed = format === 'json' || format === 'geojson' || recordPath !== undefined;
  if (!isNamed && (format !== undefined || delimiter !== undefined || !looksLikeJson(start.bytes))) return null;
  try {
    return findRecordLists(start.bytes, start.complete);
  } catch (error) {
    if (isNamed || extension === '.json' || extension === '.geojson' || beginsLikeRecords(start.bytes)) throw error;
    return null;
  }
};

/** The first two marks; a text in brackets may still be delimited. */
const looksLikeJson = (bytes: Uint8Array): boolean => {
  const at = firstContent(bytes, 0);
  const next = bytes[firstContent(bytes, at + 1)] ?? 0;
  if (bytes[at] === openBrace) return next === quote || next === closeBrace;
  return bytes[at] === openBracket && [openBrace, openBracket, closeBracket, quote].includes(next);
};
const beginsLikeRecords = (bytes: Uint8Array): boolean => /^\s*(?:\[\s*)?\{\s*"[^"\r\n]*"\s*:/.test(new TextDecoder().decode(bytes.subarray(0, 2_000)));

const isGeojson = ({ overrides: { format, recordPath } }: SourceText, { isFeatureCollection, lists }: FoundLists): boolean => {
  if (format !== undefined) return format === 'geojson';
  return isFeatureCollection && (recordPath === undefined || recordPath === 'features') && lists.some(isFeatures);
};
const isFeatures = ({ path }: RecordList): boolean => path.length === 1 && path[0] === 'features';

interface Chosen { readonly list: RecordList; readonly guess: Guess<string> }

const chooseList = (text: SourceText, found: FoundLists, format: JsonOptions['format']): Chosen => {
  const { lists, objects, cut } = found;
  const said = text.overrides.recordPath;
  if (said !== undefined) return { list: namedList(text, found, said), guess: { value: writeRecordPath(parseRecordPath(said)), confidence: 1, why: 'named by the operator' } };
  const features = format === 'geojson' ? lists.find(isFeatures) : undefined;
  if (features !== undefined) return { list: features, guess: { value: 'features', confidence: 0.99, why: 'the document is a GeoJSON FeatureCollection' } };
  const candidates = lists.filter((list) => list.ofObjects).toSorted((a, b) => b.bytes - a.bytes);
  const list = candidates[0] ?? lists.find(({ path }) => path.length === 0);
  if (list !== undefined) return { list, guess: { value: writeRecordPath(list.path), ...whyList(list, candidates) } };
  const [root] = objects;
  if (cut || root === undefined) throw tooLong(text);
  return { list: root, guess: { value: '.', confidence: 0.6, why: 'there is no list of objects in the document, so that it is one record' } };
};

/** The other lists are counted, not named: keys may be data. */
const whyList = ({ path, count }: RecordList, candidates: readonly RecordList[]): { readonly confidence: number; readonly why: string } => {
  const seen = `${count} elements in the sample`;
  if (path.length === 0) return { confidence: 0.99, why: `the document is an array of records (${seen})` };
  const others = candidates.length - 1;
  if (others === 0) return { confidence: 0.9, why: `the only list of objects in the document (${seen}); what stands beside it is not read` };
  return { confidence: 0.6, why: `the largest of ${others + 1} lists of objects in the sample (${seen}); choose another with --record-path` };
};

const namedList = (text: SourceText, { lists, objects, cut }: FoundLists, said: string): RecordList => {
  const wanted = parseRecordPath(said);
  const isThere = ({ path }: RecordList): boolean => path.length === wanted.length && path.every((key, index) => key === wanted[index]);
  const list = lists.find(isThere) ?? objects.find(isThere);
  if (list !== undefined) return list;
  if (cut) throw tooLong(text);
  throw new WaybillError('FILE_RECORDS_UNKNOWN', 'At the record path is neither a list nor an object.', { listsFound: lists.length });
};

const tooLong = ({ firstBytes }: SourceText): WaybillError =>
  new WaybillError('FILE_ROW_TOO_LONG', `No record ends within the first ${firstBytes} bytes.`, { sampleBytes: firstBytes });

const sampleObject = ({ bytes }: Segment, { start, bytes: length }: RecordList): readonly unknown[] => {
  const value = length === 0 ? undefined : parsed(bytes.subarray(start, start + length));
  return value === undefined ? [] : [value];
};

const furtherRecords = ({ segments }: SourceText, list: RecordList, first: readonly unknown[]): readonly unknown[] => {
  if (list.container === 'object') return [];
  const known = recordKeys(columnsOf(first));
  return segments.slice(1).flatMap(({ bytes }) => sampleElements(bytes, findElement(bytes, known)));
};

interface Basis { readonly chosen: Chosen; readonly format: JsonOptions['format']; readonly records: readonly unknown[] }

const detectionOf = ({ encoding, needsSpool, textStart, segments, overrides }: SourceText, { chosen: { list, guess }, format, records }: Basis): JsonDetection => {
  const plain = columnsOf(records);
  const nameOf = format === 'geojson' ? featureNames(plain.paths) : undefined;
  const { explode } = overrides;
  const { paths, columns, guess: columnsGuess, ...exploded } = explode !== undefined ? explodedJsonColumns(records, explode, nameOf) : nameOf === undefined ? plain : columnsOf(records, nameOf);
  const isSaid = overrides.format === format;
  return {
    options: {
      format, encoding: encoding.value, columns, paths, ...exploded, recordPath: list.path, container: list.container,
      dataStartByte: textStart + list.start, dataStartLine: placeOf((segments[0] as Segment).bytes, list.start).line,
    },
    guesses: {
      encoding, recordPath: guess, columns: columnsGuess,
      format: { value: format, ...(isSaid ? { confidence: 1, why: 'named by the operator' } : { confidence: 0.97, why: 'the text is one JSON document' }) },
    },
    needsSpool,
  };
};
