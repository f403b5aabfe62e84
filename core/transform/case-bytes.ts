/**
 * Letter case on UTF-8 bytes, for characters of one and of two bytes (Latin, Greek, Cyrillic, Hebrew, Arabic) whose other case has as many;
 * any other character is for the way over texts.
 */
import type { ByteCell } from './byte-cell.ts';
import { declined, done } from './step.ts';

const twoBytes = 0x800;
/** Lower case of a capital sigma depends on what is around it. */
const sigma = 0x3a3;

/** The other case of each character; 0: not known here. */
const tableOf = (change: (text: string) => string): Uint16Array => {
  const table = new Uint16Array(twoBytes);
  for (let code = 0; code < twoBytes; code += 1) {
    const changed = change(String.fromCharCode(code));
    const other = changed.charCodeAt(0);
    if (changed.length === 1 && other < twoBytes && other < 0x80 === code < 0x80) table[code] = other;
  }
  table[sigma] = 0;
  return table;
};

export const upperTable = tableOf((text) => text.toUpperCase());
export const lowerTable = tableOf((text) => text.toLowerCase());

const other = 0, mark = 1, begins = 2, unknown = 3;
/** Whether a character begins a word, goes on with one, or ends it. */
const classOf = (character: string): number => (/[\p{L}\p{N}]/u.test(character) ? begins : /[\p{M}']/u.test(character) ? mark : other);

/** What is written for a character, and its class four bits above: one look a character. */
const titleTable = (table: Uint16Array, changesMarks: boolean): Uint16Array => Uint16Array.from({ length: twoBytes }, (_, code) => {
  const kind = classOf(String.fromCharCode(code));
  const written = kind === begins || (kind === mark && changesMarks) ? table[code] as number : code;
  return ((written === 0 && code !== 0 ? unknown : kind) << 12) | written;
});
/** A mark that begins nothing stays as it is. */
const outsideWord = titleTable(upperTable, false), insideWord = titleTable(lowerTable, true);

export const caseBytes = (table: Uint16Array) => (cell: ByteCell): number => {
  const { bytes, start, end, arena } = cell;
  let to = arena.room(end - start);
  const first = to, room = arena.bytes;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 0x80) { room[to++] = table[byte] as number; continue; }
    const changed = byte < 0xe0 ? table[((byte & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f)] as number : 0;
    if (changed === 0) return declined;
    room[to] = 0xc0 | (changed >> 6);
    room[to + 1] = 0x80 | (changed & 0x3f);
    to += 2;
    at += 1;
  }
  cell.moveTo(first, to);
  return done;
};

export const titleBytes = (cell: ByteCell): number => {
  const { bytes, start, end, arena } = cell;
  let to = arena.room(end - start), capital = 0x20;
  const first = to, room = arena.bytes;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte < 0x80) {
      // Reckoned, since a look into the table that waits for the one before costs a fifth more.
      const small = byte | 0x20;
      if (small >= 0x61 && small <= 0x7a) { room[to++] = small - capital; capital = 0; }
      else { room[to++] = byte; if (byte >= 0x30 && byte <= 0x39) capital = 0; else if (byte !== 0x27) capital = 0x20; }
      continue;
    }
    if (byte >= 0xe0) return declined;
    const table = capital === 0 ? insideWord : outsideWord;
    const found = table[((byte & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f)] as number;
    const kind = found >> 12, written = found & 0x7ff;
    if (kind === begins) capital = 0;
    else if (kind === other) capital = 0x20;
    else if (kind === unknown) return declined;
    room[to] = 0xc0 | (written >> 6);
    room[to + 1] = 0x80 | (written & 0x3f);
    to += 2;
    at += 1;
  }
  cell.moveTo(first, to);
  return done;
};
