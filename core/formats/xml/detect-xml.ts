/** Whether a text is an XML document, and which of its elements are the records. */
import { isWaybillError, WaybillError } from '../../../contracts/errors.ts';
import type { Guess, JsonDetection } from '../../../contracts/parse-options.ts';
import type { Segment } from '../../detect/sample.ts';
import type { SourceText } from '../../detect/source-text.ts';
import { parseRecordPath, writeRecordPath } from '../json/record-path.ts';
import { placeOf } from '../json/record-lists.ts';
import { explodedXmlColumns } from '../explode/exploded-xml.ts';
import { fieldsInstruction, recordName, rootName } from './xml-writer.ts';
import { localStep } from './element-tree.ts';
import { columnsOf } from './element-shape.ts';
import { pathsAtEnd, takeCensus, type Census, type ElementKind } from './element-census.ts';
import { findRecord, sampleRecords, type SampledElement } from './sampled-xml.ts';

/** Null: no XML document. */
export const detectXml = (text: SourceText): JsonDetection | null => {
  const start = text.segments[0] as Segment;
  const census = lookInto(text, start);
  if (census === null) return null;
  const chosen = chooseRecords(text, census);
  const { path } = chosen.kind;
  const first = sampleRecords(start, chosen.kind.firstStart, path);
  if (first.length === 0 && census.cut) throw tooLong(text);
  const further = text.segments.slice(1).flatMap((segment) => sampleRecords(segment, findRecord(segment.bytes, path.at(-1) ?? ''), path));
  return detectionOf(text, chosen, [...first, ...further]);
};

const declaration = /^\s*<\?xml\s/;
const html = /^\s*(?:<!doctype\s+html|<html[\s>])/i;
const beginsAsXml = /^\s*<(?:\?xml[\s-]|!--|!DOCTYPE\s|[\p{L}_][^<>"'=]*(?:\s[^<>]*)?>)/u;

const lookInto = ({ overrides: { format, delimiter, widths }, extension }: SourceText, start: Segment): Census | null => {
  const head = new TextDecoder().decode(start.bytes.subarray(0, 2_000));
  const isNamed = format === 'xml';
  if (!isNamed && (format !== undefined || delimiter !== undefined || widths !== undefined || !beginsAsXml.test(head) || html.test(head))) return null;
  try {
    return takeCensus(start.bytes, start.complete);
  } catch (error) {
    const mayBeOther = isWaybillError(error) && error.code !== 'FILE_XML_DTD' && !isNamed && extension !== '.xml' && !declaration.test(head);
    if (mayBeOther) return null;
    throw error;
  }
};

interface Chosen { readonly kind: ElementKind; readonly guess: Guess<string> }

const chooseRecords = (text: SourceText, census: Census): Chosen => {
  const { root, cut } = census;
  if (root === null) throw cut ? tooLong(text) : new WaybillError('FILE_XML_INVALID', 'The document has no root element: line 1, byte 0.', { line: 1, byte: 0 });
  const said = text.overrides.recordPath;
  if (said !== undefined) {
    const kind = namedKind(text, census, parseRecordPath(said));
    return { kind, guess: { value: writeRecordPath(kind.path), confidence: 1, why: 'named by the operator' } };
  }
  const candidates = repeatedBelow(root).toSorted((a, b) => Number(isStructured(b)) - Number(isStructured(a)) || b.bytes - a.bytes);
  const [kind] = candidates;
  if (kind !== undefined) return { kind, guess: { value: writeRecordPath(kind.path), ...whyKind(text, kind, candidates) } };
  if (cut) throw tooLong(text);
  const only = onlyRecord(root);
  return { kind: only, guess: { value: writeRecordPath(only.path), confidence: 0.6, why: 'no element is repeated in the document, so that it is one record' } };
};

const isStructured = ({ children, hasAttributes }: ElementKind): boolean => children.size > 0 || hasAttributes;

/** The outermost repeated elements; but pages of many records each are no records. */
const repeatedBelow = (kind: ElementKind): readonly ElementKind[] => {
  const below = [...kind.children.values()];
  if (kind.mostBeside < 2) return below.flatMap(repeatedBelow);
  const inside = below.flatMap(repeatedBelow).filter((inner) => inner.count >= inner.parents * 10 && inner.bytes >= kind.bytes * 0.7 && isStructured(inner));
  return inside.length > 0 ? inside : [kind];
};

/** Down from the root as long as an element holds nothing but one other that has something in it. */
const onlyRecord = (kind: ElementKind): ElementKind => {
  const [child, second] = [...kind.children.values()];
  return child !== undefined && second === undefined && !kind.hasText && isStructured(child) ? onlyRecord(child) : kind;
};

const longestName = 100, mostNamed = 3;

const whyKind = ({ segments }: SourceText, kind: ElementKind, candidates: readonly ElementKind[]): { readonly confidence: number; readonly why: string } => {
  const own = writeRecordPath(kind.path);
  const last = segments.at(-1);
  const atEnd = segments.length > 1 && last?.complete === true ? [...pathsAtEnd(last.bytes)].map((path) => JSON.parse(path) as string[]) : [];
  const isWithin = (path: readonly string[], outer: readonly string[]): boolean => outer.every((name, index) => path[index] === name);
  const outermost = atEnd.filter((path) => !isWithin(path, kind.path) && !atEnd.some((other) => other.length < path.length && isWithin(path, other)));
  const others = [...new Set([...candidates.slice(1).map(({ path }) => writeRecordPath(path)), ...outermost.map(writeRecordPath)])].filter((path) => path !== own);
  const seen = `${kind.count} in the first sample`;
  if (others.length === 0)
    return { confidence: isStructured(kind) ? 0.9 : 0.6, why: `the only element that is repeated (${seen}); what stands beside it is not read` };
  const named = others.slice(0, mostNamed).map((path) => path.slice(0, longestName)).join(', ');
  return { confidence: 0.6, why: `the largest of ${others.length + 1} repeated elements (${seen}); others are ${named}${others.length > mostNamed ? ' …' : ''}; choose with --record-path` };
};

const namedKind = (text: SourceText, { root, cut }: Census, said: readonly string[]): ElementKind => {
  const kinds = root === null ? [] : said.length === 0 ? [root] : [...kindsAt([root], said), ...kindsAt([...root.children.values()], said)];
  const kind = kinds.find(({ path }) => path.join('/').endsWith(said.join('/'))) ?? kinds[0];
  if (kind !== undefined) return kind;
  if (cut) throw tooLong(text);
  throw new WaybillError('FILE_RECORDS_UNKNOWN', 'At the record path is no element.', {});
};

/** With the root's name or without, with prefixes or without. */
const kindsAt = (kinds: readonly ElementKind[], [name, ...rest]: readonly string[]): readonly ElementKind[] => {
  const alike = kinds.filter((kind) => kind.name === name || localStep(kind.name) === name);
  return rest.length === 0 ? alike : alike.flatMap((kind) => kindsAt([...kind.children.values()], rest));
};

/** Of a file that Waybill wrote: fields that no sampled record may have a value of. */
const declaredFields = (bytes: Uint8Array, { name, path }: ElementKind): readonly SampledElement[] => {
  const head = new TextDecoder().decode(bytes.subarray(0, mostDeclared));
  const names = new RegExp(`^\\s*<\\?xml [^>]*\\?>\\s*<\\?${fieldsInstruction} ([^?<>]*)\\?>`).exec(head)?.[1]?.split(' ').filter((field) => field !== '') ?? [];
  if (names.length === 0 || path.join() !== `${rootName},${recordName}`) return [];
  return [{ name, attributes: [], filled: false, children: names.map((field) => ({ name: field, attributes: [], children: [], filled: true })) }];
};
const mostDeclared = 128 * 1024;

const tooLong = ({ firstBytes }: SourceText): WaybillError =>
  new WaybillError('FILE_ROW_TOO_LONG', `No record ends within the first ${firstBytes} bytes.`, { sampleBytes: firstBytes });

const detectionOf = ({ encoding, needsSpool, textStart, segments, overrides }: SourceText, { kind, guess }: Chosen, sampled: readonly SampledElement[]): JsonDetection => {
  const records = [...declaredFields((segments[0] as Segment).bytes, kind), ...sampled];
  const { line, byte } = placeOf((segments[0] as Segment).bytes, kind.firstStart);
  if (records.length === 0) throw new WaybillError('FILE_XML_INVALID', `No record is well-formed XML of a usual depth; the first begins at line ${line}, byte ${byte}.`, { line, byte });
  const { explode } = overrides;
  const { paths, columns, guess: columnsGuess, ...exploded } = explode === undefined ? columnsOf(records) : explodedXmlColumns(records, explode);
  if (columns.length === 0) throw new WaybillError('FILE_NO_RECORDS', 'The elements that are repeated have nothing in them.', { line });
  const isSaid = overrides.format === 'xml';
  return {
    options: { format: 'xml', encoding: encoding.value, columns, paths, ...exploded, recordPath: kind.path, dataStartByte: textStart + kind.firstStart, dataStartLine: line },
    guesses: {
      encoding, recordPath: guess, columns: columnsGuess,
      format: { value: 'xml', ...(isSaid ? { confidence: 1, why: 'named by the operator' } : { confidence: 0.97, why: 'the text is one XML document' }) },
    },
    needsSpool,
  };
};
