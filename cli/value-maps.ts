/** What the codes of a file mean in fields with a list of values: for people, for programs, and as a mapping file that a person edits. */
import { writeFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { ProposeValueMapsQuery } from './generated/operations.ts';
import { plural } from './human-numbers.ts';
import { indent, shorten, textTable } from './text-table.ts';

type ValueMap = ProposeValueMapsQuery['proposeMapping']['valueMaps'][number];

export const codesByColumn = (maps: readonly ValueMap[]): Readonly<Record<string, ValueMap['codes']>> => Object.fromEntries(maps.map(({ column, codes }) => [column, codes]));

const longestCode = 40, mostShown = 50;

export const describeCodes = (maps: readonly ValueMap[]): string => {
  if (maps.length === 0) return 'Every sampled code is one that its field takes.';
  return maps.map(({ column, field, codes }) => {
    const more = codes.length > mostShown ? `\n${plural(codes.length - mostShown, 'more code')}; --json lists all` : '';
    const rows = codes.slice(0, mostShown).map(({ code, to, exact, confidence }) => [
      shorten(code, longestCode), to === null ? '?' : shorten(to, longestCode), to === null ? '' : `${Math.round(confidence * 100)} %`, exact ? 'the same word' : to === null ? 'nothing is like it' : 'when confirmed',
    ]);
    return `Codes of ${shorten(column, longestCode)} that ${field} does not take as they are\n${indent(`${textTable([{ title: 'code' }, { title: 'means' }, { title: 'sure', align: 'right' }, { title: 'taken' }], rows)}${more}`)}`;
  }).join('\n\n');
};

/** Codes are cells, so the file is for its owner alone; one that somebody has edited already is not replaced. */
export const writeMapping = async (path: string, maps: readonly ValueMap[]): Promise<string> => {
  const map = maps.map(({ column, field, transforms }) => ({ columns: [column], field, transforms }));
  await writeFile(path, `${JSON.stringify({ map }, null, 2)}\n`, { mode: 0o600, flag: 'wx' }).catch((cause: unknown) => {
    throw new WaybillError('OPTION_INVALID', '--write-mapping: the file is there already, or cannot be written.', { option: 'write-mapping' }, { cause });
  });
  const open = maps.reduce((sum, { codes }) => sum + codes.filter(({ to }) => to === null).length, 0);
  return `Wrote ${plural(maps.length, 'value map')}. Look it through${open === 0 ? '' : ` (${plural(open, 'code')} without a meaning: add it to "table", or such rows are quarantined)`}, then: waybill import --mapping`;
};
