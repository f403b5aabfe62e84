import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CopyBuffer } from '../../core/types/copy-buffer.ts';
import { isValidUtf8 } from '../../core/types/utf8.ts';
import { encodeCell, readAs } from '../support/encode-cell.ts';

/** COPY's text format, read back by its rules. */
const unescaped = (copy: string): string =>
  copy.replace(/\\(.)/gsu, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r', '\\': '\\' })[letter] ?? '?');

describe('texts', () => {
  it.each(['007', '1234567890123456789', '1E5', ' outer blanks ', 'NULL', '\\N', '\\.', '=1+1', 'naïve 名前 🙂'])('arrive as they stood: %j', (cell) => {
    expect(unescaped(encodeCell({ type: 'text' }, cell).copy ?? '')).toBe(cell);
  });

  it('come back from COPY unchanged, whatever the characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (cell) => {
      const { copy, issue } = encodeCell({ type: 'text' }, cell);
      if (cell.includes('\0')) { expect(issue).toBe('TEXT_NUL'); return; }
      expect(copy).not.toMatch(/[\t\n\r]/);
      expect(unescaped(copy ?? '')).toBe(cell);
    }));
  });

  it('escape every byte that COPY reads as its own, at every place of a word', () => {
    const mixed = fc.array(fc.constantFrom('\\', '\t', '\n', '\r', 'a', '\u0001', '\u000b', '[', ']', 'é', '\u007f'), { minLength: 1, maxLength: 24 });
    fc.assert(fc.property(mixed, (parts) => {
      const cell = parts.join('');
      expect(unescaped(encodeCell({ type: 'text' }, cell).copy ?? '')).toBe(cell);
    }));
  });

  it('count characters, not bytes, against the longest length', () => {
    expect(encodeCell({ type: 'text', maxLength: 3 }, '🙂é名').issue).toBeNull();
    expect(readAs({ type: 'text', maxLength: 3 }, '🙂é名x')).toBe('TEXT_TOO_LONG');
    expect(readAs({ type: 'code', pgType: 'character varying(2)' }, 'abc')).toBe('TEXT_TOO_LONG');
    expect(readAs({ type: 'code', pgType: 'varchar(5)', maxLength: 2 }, 'abc')).toBe('TEXT_TOO_LONG');
    expect(readAs({ type: 'code', pgType: 'character(3)' }, 'abc')).toBe('abc');
  });

  it('are NULL when empty, and when blank only in a required field', () => {
    expect(readAs({ type: 'text' }, '')).toBe('NULL');
    expect(readAs({ type: 'text' }, '  ')).toBe('  ');
    expect(readAs({ type: 'text', required: true }, ' \u00a0\t')).toBe('NULL');
    expect(readAs({ type: 'text', required: true }, ' x')).toBe(' x');
  });

  it.each(['a@b.org', "o'neil+tag@sub.example.co.uk", 'ü@exämple.de'])('take %s for an e-mail address', (cell) => {
    expect(encodeCell({ type: 'email' }, cell)).toEqual({ copy: cell, issue: null });
  });

  it.each(['nobody', '@example.org', 'a@b', 'a@@b.org', 'a@b.org.', 'a@.org', 'a b@c.org', 'a@b..org', 'n/a', 'a@b.org, c@d.org'])('keep %s and warn that it is no e-mail address', (cell) => {
    expect(encodeCell({ type: 'email' }, cell)).toEqual({ copy: cell, issue: 'EMAIL_INVALID' });
  });
});

describe('UTF-8', () => {
  it('is judged as strictly as PostgreSQL does', () => {
    const valid = (...bytes: number[]): boolean => isValidUtf8(Buffer.from([0x61, ...bytes, 0xff]), 1, 1 + bytes.length);
    expect(valid(0xe2, 0x82, 0xac)).toBe(true);
    expect(valid(0xf4, 0x8f, 0xbf, 0xbf)).toBe(true);
    for (const bad of [[0x80], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]])
      expect(valid(...bad)).toBe(false);
  });
});

describe('the copy buffer', () => {
  it('keeps what it holds when it grows', () => {
    const out = new CopyBuffer(64);
    for (let i = 0; i < 10_000; i++) out.ascii(`${i},`);
    out.byte(0x21);
    expect(out.view().toString()).toBe(`${Array.from({ length: 10_000 }, (_, i) => `${i},`).join('')}!`);
    out.truncate(2);
    expect(out.view().toString()).toBe('0,');
  });
});
