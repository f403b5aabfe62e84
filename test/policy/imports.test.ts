import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findFiles, importsOf, readText } from './source-files.ts';

const names = z.array(z.string());
const roomSchema = z.object({ folders: names, typesOf: names, packages: z.union([names, z.literal('any')]), builtins: z.union([names, z.literal('any')]) }).strict();
const rooms = z.record(z.string(), roomSchema).parse(JSON.parse(readText('test/policy/rooms.json')));
type Room = z.infer<typeof roomSchema>;

const isTypeScript = (path: string): boolean => path.endsWith('.ts');
const isIn = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);
const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');

const violation = (room: string, rules: Room, imported: ReturnType<typeof importsOf>[number]): string | null => {
  const { specifier, file, typeOnly } = imported;
  if (file !== null) {
    if ([room, ...rules.folders].some((folder) => isIn(file, folder))) return null;
    if (typeOnly && rules.typesOf.some((folder) => isIn(file, folder))) return null;
    return `imports ${file}`;
  }
  if (specifier.startsWith('node:'))
    return rules.builtins === 'any' || rules.builtins.includes(specifier.slice('node:'.length)) ? null : `imports ${specifier}`;
  return rules.packages === 'any' || rules.packages.includes(packageOf(specifier)) ? null : `imports ${specifier}`;
};

/** Files reachable through value imports, i.e. what a bundle holds. */
const closureOf = (entry: string): ReadonlySet<string> => {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { file, typeOnly } of importsOf(path)) if (file !== null && !typeOnly) visit(file);
  };
  visit(entry);
  return seen;
};

describe('the rooms', () => {
  it.each(Object.entries(rooms))('%s imports only what its room allows', (room, rules) => {
    const broken = findFiles(room, isTypeScript).flatMap((path) =>
      importsOf(path).flatMap((imported) => {
        const problem = violation(room, rules, imported);
        return problem === null ? [] : [`${path} ${problem}`];
      }));
    expect(broken).toEqual([]);
  });

  it('lets workflows reach only workflows and contracts', () => {
    const outside = findFiles('workflows', isTypeScript).flatMap((path) => [...closureOf(path)])
      .filter((path) => !isIn(path, 'workflows') && !isIn(path, 'contracts'));
    expect([...new Set(outside)]).toEqual([]);
  });

  it('names the extension in every relative import', () => {
    const bare = Object.keys(rooms).flatMap((room) => findFiles(room, isTypeScript)).flatMap((path) =>
      importsOf(path).filter(({ file }) => file !== null && !/\.(ts|json|mjs|js)$/.test(file)).map(({ specifier }) => `${path} imports ${specifier}`));
    expect(bare).toEqual([]);
  });
});
