import { describe, expect, it } from 'vitest';
import { errorKinds } from '../../contracts/errors.ts';
import { issueKinds } from '../../contracts/issue-codes.ts';
import { findFiles, readText } from './source-files.ts';

const isOurs = (path: string): boolean => /\.(ts|mjs|js|sql|md|json|ya?ml)$/.test(path) && !path.endsWith('package-lock.json');
const isCode = (path: string): boolean => /\.(ts|mjs|js|sql)$/.test(path);
const files = findFiles('.', isOurs);

/** Spelt in pieces, so that this file does not find itself. */
const forbiddenWords = [['Clau', 'de'], ['Chat', 'GPT'], ['LL', 'M'], ['co-author', 'ed-by'], ['/wor', 'k/'], ['TO', 'DO'], ['FIX', 'ME']].map((parts) => parts.join(''));

const linesWithCode = (text: string): number => text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/?\*|--)/.test(line)).length;

describe('the files', () => {
  it('are at most 400 lines of code long', () => {
    const long = files.filter((path) => isCode(path) && !path.includes('generated/')).filter((path) => linesWithCode(readText(path)) > 400);
    expect(long).toEqual([]);
  });

  it('carry no word that does not belong here', () => {
    const found = files.flatMap((path) => {
      const text = readText(path);
      return forbiddenWords.filter((word) => new RegExp(`(?<![A-Za-z0-9])${word}(?![a-z0-9])`).test(text)).map((word) => `${path}: ${word}`);
    });
    expect(found).toEqual([]);
  });

  it('are named in kebab-case', () => {
    const odd = files.filter((path) => path.endsWith('.ts') && !/^[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(path.split('/').at(-1) ?? ''));
    expect(odd).toEqual([]);
  });

  it('do not hide behind names that say nothing', () => {
    expect(files.filter((path) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path) && !path.startsWith('test/support/'))).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const errorRows = Object.entries(errorKinds).map(([code, { retryable, ends, says, remedy }]) =>
    `| \`${code}\` | ${cell(says)} | ${retryable ? 'yes' : 'no'} | ${ends} | ${cell(remedy)} |`);
  const issueRows = Object.entries(issueKinds).map(([code, { severity, message }]) => `| \`${code}\` | ${severity} | ${cell(message)} |`);

  it('has a row for each code, as it is, and no other (node scripts/generate-error-docs.mjs writes it)', () => {
    const rows = readText('docs/errors.md').split('\n').filter((line) => line.startsWith('| `'));
    expect(rows).toEqual([...errorRows, ...issueRows]);
  });
});
