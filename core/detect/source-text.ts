/** The samples of a source as text: what every format's detection begins with. */
import { WaybillError } from '../../contracts/errors.ts';
import type { Encoding, Guess, ParseOverrides } from '../../contracts/parse-options.ts';
import { createSourceDecoder } from '../formats/csv/source-decoder.ts';
import { refuseControlCharacters, refuseSignature } from './binary-signature.ts';
import { orderSamples, type Sample, type Segment } from './sample.ts';
import { detectEncoding } from './text-encoding.ts';

export interface DetectionInput {
  /** The first begins at byte 0 and holds the header (256 KiB or more); others from the middle and the end. */
  readonly samples: readonly Sample[];
  readonly totalBytes: number;
  readonly overrides: ParseOverrides;
  /** Asked only where the content leaves it open; never repeated. */
  readonly fileName?: string | undefined;
}

export interface SourceText {
  readonly encoding: Guess<Encoding>;
  readonly needsSpool: boolean;
  /** Where the first segment begins in the source or, when one is needed, in the spool (which has no byte order mark). */
  readonly textStart: number;
  /** As UTF-8, from the start, the middle and the end; all but the first may begin anywhere. */
  readonly segments: readonly Segment[];
  /** Length of the first sample in the source, for messages. */
  readonly firstBytes: number;
  readonly overrides: ParseOverrides;
  /** `.json`, or empty. */
  readonly extension: string;
}

/** Throws FILE_EMPTY, FILE_BINARY and FILE_UNDECODABLE. */
export function readSourceText({ samples: unordered, totalBytes, overrides, fileName = '' }: DetectionInput): SourceText {
  const samples = orderSamples(unordered);
  const first = samples[0];
  if (totalBytes === 0 || first === undefined || first.bytes.length === 0) throw emptyFile('has no bytes');
  refuseSignature(first.bytes);
  const { guess: encoding, bomBytes } = detectEncoding(samples, totalBytes, overrides.encoding);
  if (!isUtf16(encoding.value)) refuseControlCharacters(samples);
  const needsSpool = encoding.value !== 'utf-8';
  const segments = toSegments(samples, { encoding: encoding.value, bomBytes, totalBytes });
  const start = segments[0] as Segment;
  if (start.complete && isBlank(start.bytes)) throw emptyFile('holds nothing but blank lines');
  return {
    encoding, needsSpool, textStart: needsSpool ? 0 : bomBytes, segments, firstBytes: first.bytes.length, overrides,
    extension: /\.[a-z0-9]+$/i.exec(fileName.replace(/\.(?:gz|zst|bz2|xz|zip)$/i, ''))?.[0].toLowerCase() ?? '',
  };
}

const isUtf16 = (encoding: Encoding): boolean => encoding === 'utf-16le' || encoding === 'utf-16be';
const emptyFile = (what: string): WaybillError => new WaybillError('FILE_EMPTY', `The file ${what}.`);
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 10 || byte === 13 || byte === 32 || byte === 9 || byte === 26);

interface Decoding {
  readonly encoding: Encoding;
  readonly bomBytes: number;
  readonly totalBytes: number;
}

function toSegments(samples: readonly Sample[], { encoding, bomBytes, totalBytes }: Decoding): readonly Segment[] {
  return samples.map(({ offset, bytes }) => {
    const complete = offset + bytes.length >= totalBytes;
    const from = offset === 0 ? bomBytes : isUtf16(encoding) ? offset & 1 : 0;
    return { bytes: encoding === 'utf-8' ? bytes.subarray(from) : decode(bytes.subarray(from), encoding, complete), complete };
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
