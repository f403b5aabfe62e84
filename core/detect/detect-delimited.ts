/**
 * How a delimited file is to be read, from samples of its start, middle and end. Nothing here reads the file; every guess carries its
 * confidence and a reason in plain words that holds no value of the file.
 */
import { WaybillError } from '../../contracts/errors.ts';
import type { DelimitedDetection, ParseOverrides } from '../../contracts/parse-options.ts';
import { refuseOtherText } from './binary-signature.ts';
import { detectDialect } from './dialect.ts';
import { detectLineEnd } from './line-end.ts';
import type { Segment } from './sample.ts';
import { readSourceText, type DetectionInput, type SourceText } from './source-text.ts';
import { afterLines, findTableStart, type TableStart } from './table-start.ts';

export type { Sample } from './sample.ts';

export const detectDelimited = (input: DetectionInput): DelimitedDetection => {
  refuseOverrides(input.overrides);
  return detectDelimitedText(readSourceText(input));
};

/**
 * Throws FILE_BINARY, FILE_UNCLOSED_QUOTE (in the header), OPTION_INVALID, and FILE_ROW_TOO_LONG when the header does not end inside the
 * first sample: ask again with a longer one while the file has more.
 */
export function detectDelimitedText({ encoding, needsSpool, textStart, segments: pieces, firstBytes, overrides }: SourceText): DelimitedDetection {
  refuseOverrides(overrides);
  const segments = pieces.map((piece, index) => (index === 0 ? piece : withoutFirstLine(piece)));
  const start = segments[0] as Segment;
  if (overrides.delimiter === undefined) refuseOtherText(new TextDecoder().decode(start.bytes.subarray(0, 1000)));

  const hint = namedDelimiter(start.bytes);
  const skipped = afterLines(start.bytes, overrides.preambleLines ?? (hint === null ? 0 : 1));
  const dialect = detectDialect([{ ...start, bytes: start.bytes.subarray(skipped) }, ...segments.slice(1)], overrides, hint);
  const table = findTableStart({ segment: start, scan: dialect.scan, width: dialect.width, overrides, namesDelimiter: hint !== null });
  if (table === null) throw longHeader(firstBytes);
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

const longHeader = (sampleBytes: number): WaybillError =>
  new WaybillError('FILE_ROW_TOO_LONG', `The header does not end within the first ${sampleBytes} bytes.`, { sampleBytes });
function refuseOverrides({ delimiter, quote }: ParseOverrides): void {
  const plain = (text: string): boolean => /^[\u0001-\u007f]$/.test(text) && text !== '\n' && text !== '\r';
  if (delimiter !== undefined && !plain(delimiter)) throw new WaybillError('OPTION_INVALID', 'The delimiter is one ASCII character and no line end.', { option: 'delimiter' });
  if (quote !== undefined && quote !== null && !plain(quote)) throw new WaybillError('OPTION_INVALID', 'The quote is one ASCII character and no line end.', { option: 'quote' });
  if (delimiter !== undefined && delimiter === quote) throw new WaybillError('OPTION_INVALID', 'Delimiter and quote are the same character.', { option: 'quote' });
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
