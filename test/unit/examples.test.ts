import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { balances, booksSchema } from '../../contracts/books.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { issueCodes } from '../../contracts/issue-codes.ts';

const example = (name: string): string => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const readJson = (name: string): unknown => JSON.parse(readFileSync(example(name), 'utf8'));

describe('the examples', () => {
  test.each(['incidents.dataset.json', 'denied-persons.dataset.json'])('%s is a dataset definition', (name) => {
    expect(datasetDefinitionSchema.safeParse(readJson(name)).error).toBeUndefined();
  });

  test('the committed delivery is what its generator makes, byte by byte', () => {
    const run = (): Buffer => execFileSync(process.execPath, [example('make-partner-incidents.mjs'), '--check'], { stdio: 'pipe' });
    expect(run).not.toThrow();
  });

  test('the expectations speak the words of the contracts and balance', () => {
    const expected = z.object({ books: booksSchema, issueCounts: z.record(z.string(), z.number()) })
      .parse(readJson('partner-incidents.expected.json'));
    expect(balances(expected.books)).toBe(true);
    expect(Object.keys(expected.issueCounts).filter((code) => !(issueCodes as readonly string[]).includes(code))).toEqual([]);
  });
});
