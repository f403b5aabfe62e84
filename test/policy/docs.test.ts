import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { findFiles, readText } from './source-files.ts';

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md', ...findFiles('docs', (path) => path.endsWith('.md'))];
const exists = (path: string): boolean => existsSync(join(checkoutFolder, path));
const matches = (text: string, pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string => heading.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
const hasAnchor = (path: string, anchor: string): boolean => matches(readText(path), /^#+ (.+)$/gm).some((heading) => anchorOf(heading) === anchor);

const leadsSomewhere = (page: string, link: string): boolean => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  return exists(target) && (anchor === undefined || hasAnchor(target, anchor));
};

describe('the docs', () => {
  it.each(pages)('link from %s only to what is there', (page) => {
    const links = matches(readText(page), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !leadsSomewhere(page, link))).toEqual([]);
  });

  it.each(pages)('name in %s only source files that are there', (page) => {
    const named = matches(readText(page), /`((?:[\w.-]+\/)+[\w-]+(?:\.[\w-]+)*\.(?:ts|mjs|sql|json|graphql))`/g);
    expect(named.filter((path) => !path.startsWith('dist/') && !exists(path))).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readText('package.json')));
    const named = pages.flatMap((page) => matches(readText(page), /npm run ([\w:-]+)/g).map((script) => ({ page, script })));
    expect(named.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
  });

  it('name in README.md only commands that docs/cli.md describes', () => {
    const described = matches(readText('docs/cli.md'), /^### `waybill ([a-z]+(?: [a-z]+)?)/gm);
    const named = matches(readText('README.md'), /(?:npx |\$ |: |`)waybill ([a-z]+(?: [a-z]+)?)/g);
    const isDescribed = (command: string): boolean => described.some((known) => command === known || command.startsWith(`${known} `));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((command) => !isDescribed(command))).toEqual([]);
  });

  it('number the decisions without a gap, each with its number and the road not taken', () => {
    const decisions = findFiles('docs/decisions', (path) => path.endsWith('.md')).toSorted();
    expect(decisions.map((path) => Number(path.slice('docs/decisions/'.length).slice(0, 4)))).toEqual(decisions.map((_, index) => index + 1));
    const parts = ['**Context.**', '**Decision.**', '**Number.**', 'not taken.**'];
    expect(decisions.filter((path) => parts.some((part) => !readText(path).includes(part)))).toEqual([]);
  });
});
