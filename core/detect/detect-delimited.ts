/**
 * How a delimited file is to be read, from samples of its start, middle and end. Nothing here reads the file; every guess carries its
 * confidence and a reason in plain words that holds no value of the file.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { Detection, Encoding, ParseOverrides } from '../../contracts/parse-options.ts';
import { createSourceDecoder } from '../formats/csv/source-decoder.ts';
import { refuseControlCharacters, refuseOtherText, refuseSignature } from './binary-signature.ts';
import { detectDialect } from './dialect.ts';
import { detectLineEnd } from './line-end.ts';
import { orderSamples, type Sample, type Segment } from './sample.ts';
import { afterLines, findTableStart, type TableStart } from './table-start.ts';
import { detectEncoding } from './text-encoding.ts';

export type { Sample } from './sample.ts';

export interface DetectionInput {
  /** The first begins at byte 0 and holds the header (256 KiB or more); others from the middle and the end. */
  readonly samples: readonly Sample[];
  readonly totalBytes: number;
  readonly overrides: ParseOverrides;
}

/**
 * Throws FILE_EMPTY, FILE_BINARY, FILE_UNDECODABLE, FILE_UNCLOSED_QUOTE (in the header), OPTION_INVALID, and FILE_ROW_TOO_LONG when
 * the header does not end inside the first sample: ask again with a longer one while the file has more.
 */
export function detectDelimited(input: DetectionInput): Detection {
  const { overrides, totalBytes } = input;
  refuseOverrides(overrides);
  const samples = orderSamples(input.samples);
  const first = samples[0];
  if (totalBytes === 0 || first === undefined || first.bytes.length === 0) throw emptyFile('has no bytes');
  refuseSignature(first.bytes);
  const { guess: encoding, bomBytes } = detectEncoding(samples, totalBytes, overrides.encoding);
  if (!isUtf16(encoding.value)) refuseControlCharacters(samples);
  const needsSpool = encoding.value !== 'utf-8';
  // Offsets mean the source itself, or its spool, which has no byte order mark.
  const textStart = needsSpool ? 0 : bomBytes;
  const segments = toSegments(samples, { encoding: encoding.value, bomBytes, totalBytes });
  const start = segments[0] as Segment;
  if (start.complete && isBlank(start.bytes)) throw emptyFile('holds nothing but blank lines');
  if (overrides.delimiter === undefined) refuseOtherText(new TextDecoder().decode(start.bytes.subarray(0, 1000)));

  const hint = namedDelimiter(start.bytes);
  const skipped = afterLines(start.bytes, overrides.preambleLines ?? (hint === null ? 0 : 1));
  const dialect = detectDialect([{ ...start, bytes: start.bytes.subarray(skipped) }, ...segments.slice(1)], overrides, hint);
  const table = findTableStart({ segment: start, scan: dialect.scan, width: dialect.width, overrides, namesDelimiter: hint !== null });
  if (table === null) throw longHeader(first.bytes.length);
  refuseUnclosedHeader(start, table, textStart);
  return {
    options: {
      format: 'csv', encoding: encoding.value, delimiter: dialect.delimiter.value, quote: dialect.quote.value, escape: dialect.escape.value,
      preambleLines: table.preambleLines.value, header: table.header.value, columns: table.columns,
      dataStartByte: table.dataStart + textStart, dataStartLine: table.dataStartLine,
    },
    guesses: {
      encoding, delimiter: dialect.delimiter, quote: dialect.quote, escape: dialect.escape,
      lineEnd: detectLineEnd(segments, dialect.scan), header: table.header, preambleLines: table.preambleLines,
    },
    needsSpool,
  };
}

const isUtf16 = (encoding: Encoding): boolean => encoding === 'utf-16le' || encoding === 'utf-16be';
const emptyFile = (what: string): WaybillError => new WaybillError('FILE_EMPTY', `The file ${what}.`);
const longHeader = (sampleBytes: number): WaybillError =>
  new WaybillError('FILE_ROW_TOO_LONG', `The header does not end within the first ${sampleBytes} bytes.`, { sampleBytes });
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 9 || byte === 26);

function refuseOverrides({ delimiter, quote }: ParseOverrides): void {
  const plain = (text: string): boolean => /^[\u0001-\u007f]$/.test(text) && text !== '\n' && text !== '\r';
  if (delimiter !== undefined && !plain(delimiter)) throw new WaybillError('OPTION_INVALID', 'The delimiter is one ASCII character and no line end.', { option: 'delimiter' });
  if (quote !== undefined && quote !== null && !plain(quote)) throw new WaybillError('OPTION_INVALID', 'The quote is one ASCII character and no line end.', { option: 'quote' });
  if (delimiter !== undefined && delimiter === quote) throw new WaybillError('OPTION_INVALID', 'Delimiter and quote are the same character.', { option: 'quote' });
}

interface Decoding {
  readonly encoding: Encoding;
  readonly bomBytes: number;
  readonly totalBytes: number;
}

function toSegments(samples: readonly Sample[], { encoding, bomBytes, totalBytes }: Decoding): readonly Segment[] {
  return samples.map(({ offset, bytes }) => {
    const complete = offset + bytes.length >= totalBytes;
    const from = offset === 0 ? bomBytes : isUtf16(encoding) ? offset & 1 : 0;
    const text = encoding === 'utf-8' ? bytes.subarray(from) : decode(bytes.subarray(from), encoding, complete);
    return offset === 0 ? { bytes: text, complete } : withoutFirstLine({ bytes: text, complete });
  });
}

function decode(bytes: Uint8Array, encoding: Encoding, complete: boolean): Uint8Array {
  const decoder = createSourceDecoder(encoding);
  const text = decoder.push(bytes);
  const rest = complete ? decoder.end() : new Uint8Array(0);
  const all = new Uint8Array(text.length + rest.length);
  all.set(text);
  all.set(rest, text.length);
  return all;
}

/** A sample from the middle begins inside a line. */
function withoutFirstLine({ bytes, complete }: Segment): Segment {
  let at = 0;
  while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
  return { bytes: bytes.subarray(at + (bytes[at] === 13 && bytes[at + 1] === 10 ? 2 : 1)), complete };
}

/** Excel's own first line, `sep=;`. */
function namedDelimiter(bytes: Uint8Array): string | null {
  const line = new TextDecoder().decode(bytes.subarray(0, 10));
  return /^"?sep=([\u0001-\u007f])"?(?:[\r\n]|$)/i.exec(line)?.[1] ?? null;
}

/** The planner begins behind the header, so it cannot see a quote that the header leaves open. */
function refuseUnclosedHeader(start: Segment, { unclosedQuoteAt }: TableStart, bomBytes: number): void {
  if (unclosedQuoteAt === null) return;
  const line = new TextDecoder().decode(start.bytes.subarray(0, unclosedQuoteAt)).split(/\r\n|\r|\n/).length;
  const byte = unclosedQuoteAt + bomBytes;
  throw new WaybillError('FILE_UNCLOSED_QUOTE', `The quote that opens in the header at line ${line}, byte ${byte}, never closes.`, { line, byte });
}
