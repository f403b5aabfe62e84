/** Tells what a file that is no delimited text looks like, so that the refusal can say it. */
import { WaybillError } from '../../contracts/errors.ts';
import type { Sample } from './sample.ts';

interface Signature {
  readonly looksLike: string;
  readonly words: string;
  readonly bytes: readonly number[];
  /** Readable as text too: it counts only beside NUL bytes. */
  readonly weak?: boolean;
}

const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** https://en.wikipedia.org/wiki/List_of_file_signatures */
const signatures: readonly Signature[] = [
  { looksLike: 'zip', words: 'a ZIP archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { looksLike: 'zip', words: 'an empty ZIP archive', bytes: [0x50, 0x4b, 0x05, 0x06] },
  { looksLike: 'gzip', words: 'gzip-compressed data', bytes: [0x1f, 0x8b] },
  { looksLike: 'zstd', words: 'Zstandard-compressed data', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { looksLike: 'bzip2', words: 'bzip2-compressed data', bytes: [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59] },
  { looksLike: 'xz', words: 'xz-compressed data', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { looksLike: '7z', words: 'a 7-Zip archive', bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { looksLike: 'rar', words: 'a RAR archive', bytes: [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07] },
  { looksLike: 'lz4', words: 'LZ4-compressed data', bytes: [0x04, 0x22, 0x4d, 0x18] },
  { looksLike: 'compress', words: 'data packed by compress (.Z)', bytes: [0x1f, 0x9d] },
  { looksLike: 'lzip', words: 'lzip-compressed data', bytes: [...ascii('LZIP'), 1] },
  { looksLike: 'cabinet', words: 'a Windows cabinet', bytes: [...ascii('MSCF'), 0, 0, 0, 0] },
  { looksLike: 'xls', words: 'an old Excel workbook (XLS) or another OLE document', bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] },
  { looksLike: 'pdf', words: 'a PDF document', bytes: ascii('%PDF-') },
  { looksLike: 'png', words: 'a PNG image', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { looksLike: 'jpeg', words: 'a JPEG image', bytes: [0xff, 0xd8, 0xff] },
  { looksLike: 'elf', words: 'a program', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { looksLike: 'avro', words: 'an Avro file', bytes: [...ascii('Obj'), 1] },
  { looksLike: 'sqlite', words: 'an SQLite database', bytes: [...ascii('SQLite format 3'), 0] },
  { looksLike: 'rtf', words: 'an RTF document', bytes: ascii('{\\rtf') },
  { looksLike: 'parquet', words: 'a Parquet file', bytes: ascii('PAR1'), weak: true },
  { looksLike: 'arrow', words: 'an Arrow file', bytes: ascii('ARROW1'), weak: true },
  { looksLike: 'orc', words: 'an ORC file', bytes: ascii('ORC'), weak: true },
  { looksLike: 'gif', words: 'a GIF image', bytes: ascii('GIF8'), weak: true },
  { looksLike: 'riff', words: 'a sound, film or image (RIFF)', bytes: ascii('RIFF'), weak: true },
  { looksLike: 'program', words: 'a Windows program', bytes: ascii('MZ'), weak: true },
];

/** Other text formats; an operator who names the delimiter knows better. */
const otherTexts: readonly { readonly looksLike: string; readonly words: string; readonly start: RegExp }[] = [
  { looksLike: 'html', words: 'an HTML page', start: /^\s*(?:<!doctype html|<html)/i },
  { looksLike: 'xml', words: 'an XML document', start: /^\s*<\?xml\s/i },
  { looksLike: 'json', words: 'JSON', start: /^\s*(?:\[\s*)?\{\s*"[^"\r\n]*"\s*:/ },
];

/** Inside a ZIP the first entries' names tell which office document it is. */
const zipContents: readonly { readonly looksLike: string; readonly words: string; readonly name: string }[] = [
  { looksLike: 'xlsx', words: 'an Excel workbook (XLSX)', name: 'xl/' },
  { looksLike: 'docx', words: 'a Word document (DOCX)', name: 'word/' },
  { looksLike: 'ods', words: 'an OpenDocument spreadsheet', name: 'opendocument.spreadsheet' },
];

const refuse = (looksLike: string, words: string): never => {
  throw new WaybillError('FILE_BINARY', `The content looks like ${words}, not like delimited text.`, { looksLike });
};

/** Refuses what has too many control characters for a text. Not for UTF-16, whose NULs are meant; a few NULs are the matter of their rows. */
export function refuseControlCharacters(samples: readonly Sample[]): void {
  const { count, total } = countControls(samples);
  if (count >= 4 && count > total * 0.03) refuse('binary', 'binary data');
}

export function refuseSignature(first: Uint8Array): void {
  const hasNulls = first.includes(0);
  for (const { bytes, weak, looksLike, words } of signatures) {
    if ((weak === true && !hasNulls) || !bytes.every((byte, at) => first[at] === byte)) continue;
    const inside = looksLike === 'zip' ? zipContent(first) : undefined;
    refuse(inside?.looksLike ?? looksLike, inside?.words ?? words);
  }
  if (hasNulls && String.fromCharCode(...first.subarray(257, 262)) === 'ustar') refuse('tar', 'a TAR archive');
}

export function refuseOtherText(start: string): void {
  for (const { looksLike, words, start: pattern } of otherTexts) if (pattern.test(start)) refuse(looksLike, words);
}

function zipContent(first: Uint8Array) {
  const text = new TextDecoder('latin1').decode(first.subarray(0, 65_536));
  return zipContents.find(({ name }) => text.includes(name));
}

/** Tab, line ends, form feed, escape, the DOS end mark and the separators 0x01 and 0x1c to 0x1f do occur in texts. */
const isControl = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0 || (byte > 1 && byte < 9) || (byte > 13 && byte < 26) || byte === 127 ? 1 : 0);

function countControls(samples: readonly Sample[]): { readonly count: number; readonly total: number } {
  let [count, total] = [0, 0];
  for (const { bytes } of samples) {
    total += bytes.length;
    for (let at = 0; at < bytes.length; at++) count += isControl[bytes[at] as number] as number;
  }
  return { count, total };
}
