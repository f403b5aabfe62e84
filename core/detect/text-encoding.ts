/**
 * Which encoding the samples are in. A BOM decides; then the places of NUL bytes (UTF-16); then whether the bytes are valid UTF-8, which
 * text in another encoding almost never is; then statistics (single-byte-encoding.ts).
 */
import { WaybillError } from '../../contracts/errors.ts';
import { encodings, type Encoding, type Guess } from '../../contracts/parse-options.ts';
import { guessSingleByteEncoding } from './single-byte-encoding.ts';
import type { Sample } from './sample.ts';

export interface EncodingGuess {
  readonly guess: Guess<Encoding>;
  /** Length of the byte order mark. */
  readonly bomBytes: number;
}

export function detectEncoding(samples: readonly Sample[], totalBytes: number, override: Encoding | undefined): EncodingGuess {
  const marked = readBom(samples[0]?.bytes ?? new Uint8Array(0));
  if (override !== undefined)
    return { guess: { value: override, confidence: 1, why: 'named by the operator' }, bomBytes: marked?.guess.value === override ? marked.bomBytes : 0 };
  if (marked !== null) return marked;
  const guess = guessUtf16(samples) ?? withDeclaration(guessEightBit(samples, totalBytes), samples[0]?.bytes ?? new Uint8Array(0));
  return { guess, bomBytes: 0 };
}

/** What an XML document says of itself is evidence, and less than what its bytes say: documents are turned into another encoding and keep their first line. */
function withDeclaration(found: Guess<Encoding>, bytes: Uint8Array): Guess<Encoding> {
  const label = /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/.exec(String.fromCharCode(...bytes.subarray(0, 300)))?.[1];
  if (label === undefined) return found;
  const declared = declaredEncoding(label.toLowerCase());
  const onlyAscii = found.value === 'utf-8' && found.why.startsWith(onlyAsciiWhy);
  if (declared === null) {
    if (found.value === 'utf-8' && !onlyAscii) return { ...found, confidence: 0.7, why: `the document declares an encoding that is not read, but ${found.why}` };
    throw new WaybillError('FILE_UNDECODABLE', 'The XML document declares an encoding that is not read; save it as UTF-8, or name another with --encoding.');
  }
  if (declared === found.value) return { ...found, confidence: Math.max(found.confidence, 0.99), why: `the XML document declares it; ${found.why}` };
  if (declared === 'utf-16le' || declared === 'utf-16be') return { ...found, why: `${found.why}; the XML document declares UTF-16 and is none` };
  if (declared === 'utf-8') return { ...found, confidence: Math.min(found.confidence, 0.7), why: `the XML document declares UTF-8 and is none; ${found.why}` };
  if (found.value === 'utf-8' && !onlyAscii) return { ...found, confidence: 0.7, why: `${found.why}, although the XML document declares ${declared}` };
  return { value: declared, confidence: 0.95, why: onlyAscii ? 'the XML document declares it; the samples have only ASCII characters' : 'the XML document declares it' };
}

/** Labels as documents have them (https://encoding.spec.whatwg.org/#names-and-labels). */
function declaredEncoding(label: string): Encoding | null {
  const known = encodings.find((encoding) => encoding === label);
  if (known !== undefined) return known;
  switch (label) {
    case 'utf8': case 'us-ascii': case 'ascii': return 'utf-8';
    case 'utf-16': return 'utf-16le';
    case 'latin1': case 'latin-1': case 'iso8859-1': case 'iso_8859-1': return 'iso-8859-1';
    case 'iso8859-2': case 'latin2': return 'iso-8859-2';
    case 'iso8859-15': case 'latin9': return 'iso-8859-15';
    case 'cp1252': case 'ansi': return 'windows-1252';
    case 'cp1250': return 'windows-1250';
    case 'cp1251': return 'windows-1251';
    case 'cp866': return 'ibm866';
    default: return null;
  }
}

const onlyAsciiWhy = 'only ASCII characters';

function readBom(bytes: Uint8Array): EncodingGuess | null {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf)
    return { guess: { value: 'utf-8', confidence: 1, why: 'the file begins with the byte order mark of UTF-8' }, bomBytes: 3 };
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    throw new WaybillError('FILE_UNDECODABLE', 'The file is in UTF-32, which is not read; save it as UTF-8.', { encoding: 'utf-32' });
  if (a === 0xff && b === 0xfe)
    return { guess: { value: 'utf-16le', confidence: 1, why: 'the file begins with the byte order mark of UTF-16, little endian' }, bomBytes: 2 };
  if (a === 0xfe && b === 0xff)
    return { guess: { value: 'utf-16be', confidence: 1, why: 'the file begins with the byte order mark of UTF-16, big endian' }, bomBytes: 2 };
  return null;
}

/** Delimiters, digits and line ends are ASCII in any language, so UTF-16 has NULs, all of them on the same side of its pairs. */
function guessUtf16(samples: readonly Sample[]): Guess<Encoding> | null {
  const nulls: [number, number] = [0, 0];
  let pairs = 0;
  for (const { offset, bytes } of samples) {
    pairs += bytes.length / 2;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0) nulls[((offset + at) & 1) as 0 | 1]++;
  }
  const [even, odd] = nulls;
  const [most, least] = odd >= even ? [odd, even] : [even, odd];
  if (most < 2 || most < pairs * 0.04 || least > most * 0.01) return null;
  const value = odd >= even ? 'utf-16le' : 'utf-16be';
  if (!readsAsUtf16(samples[0] as Sample, value)) return null;
  return { value, confidence: most > pairs * 0.5 ? 0.97 : 0.9, why: `every ${odd >= even ? 'second' : 'first'} byte of many pairs is zero, as in UTF-16 without a byte order mark` };
}

/** Small binary integers have such zeros too, but read as text they are control characters. */
function readsAsUtf16(sample: Sample, encoding: Encoding): boolean {
  const bytes = sample.bytes.subarray(0, Math.min(sample.bytes.length & ~1, 65_536));
  const text = new TextDecoder(encoding).decode(bytes);
  const odd = text.match(/[\u0000-\u0008\u000e-\u001a\u007f-\u009f\ufffd\uffff]/g)?.length ?? 0;
  return odd <= text.length * 0.01;
}

function guessEightBit(samples: readonly Sample[], totalBytes: number): Guess<Encoding> {
  const { sequences, invalid, high } = countUtf8(samples, totalBytes);
  if (high === 0) return { value: 'utf-8', confidence: 0.95, why: `${onlyAsciiWhy} in the samples, which UTF-8 holds unchanged` };
  if (invalid === 0) return { value: 'utf-8', confidence: sequences >= 3 ? 0.99 : 0.9, why: `all ${sequences} characters beyond ASCII in the samples are valid UTF-8` };
  // In text of another encoding hardly any sequence is valid and most high bytes are not: a few broken cells do not make a file another one.
  if (sequences >= 4 && invalid * 3 <= sequences)
    return { value: 'utf-8', confidence: 0.8, why: `${sequences} characters beyond ASCII are valid UTF-8; ${invalid} bytes are not and are read as U+FFFD` };
  return guessSingleByteEncoding(samples);
}

interface Utf8Count {
  readonly sequences: number;
  readonly invalid: number;
  readonly high: number;
}

function countUtf8(samples: readonly Sample[], totalBytes: number): Utf8Count {
  let [sequences, invalid, high] = [0, 0, 0];
  for (const { offset, bytes } of samples) {
    let at = 0;
    // A cut may leave the end of a sequence at the start of a sample.
    if (offset > 0) while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
    while (at < bytes.length) {
      if ((bytes[at] as number) < 0x80) {
        at++;
        continue;
      }
      high++;
      const length = sequenceLength(bytes, at);
      if (length > 0) sequences++;
      else if (length === 0) invalid++;
      else if (offset + bytes.length >= totalBytes) invalid++;
      at += Math.max(1, length);
    }
  }
  return { sequences, invalid, high };
}

/** 0: invalid; -1: cut by the end of the bytes. Table 3-7 of the Unicode Standard. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (let next = 1; next < length; next++) {
    const byte = bytes[at + next];
    if (byte === undefined) return -1;
    if ((byte & 0xc0) !== 0x80) return 0;
    if (next === 1 && ((lead === 0xe0 && byte < 0xa0) || (lead === 0xed && byte > 0x9f) || (lead === 0xf0 && byte < 0x90) || (lead === 0xf4 && byte > 0x8f))) return 0;
  }
  return length;
}
