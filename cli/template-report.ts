/** What a job says of its template: which one, what overruled it, and how the file differs. */
import type { JobQuery } from './generated/operations.ts';
import { plural } from './human-numbers.ts';
import { indent, shorten, textTable } from './text-table.ts';

type Job = Pick<NonNullable<JobQuery['job']>, 'template' | 'drift'>;
type Finding = Job['drift'][number];

const longestName = 40;
const named = (name: string | null, no: number | null): string => (no === null ? '' : `#${no}${name === null || name === '' ? '' : ` ${shorten(name, longestName)}`}`);
const handled: Readonly<Record<Finding['handling'], string>> = { accept: 'taken', ask: 'asked', refuse: 'refused' };

export const driftTable = (drift: readonly Finding[]): string => textTable(
  [{ title: 'what' }, { title: 'in the file' }, { title: 'in the template' }, { title: 'feeds' }, { title: 'policy' }, { title: 'why' }],
  drift.map((finding) => [finding.kind, named(finding.column, finding.no), named(finding.was, finding.wasNo), finding.fields.join(', '), handled[finding.handling], finding.why]));

export const templateNote = ({ template, drift }: Job): readonly string[] => {
  if (template === null) return [];
  const how = template.by === 'recognised' ? 'the file was recognised by its shape (--no-template takes none)' : 'as the import said';
  return [
    `Template ${template.name}@${template.version}: ${how}.`,
    ...(template.overruled.length === 0 ? [] : [`Said by the import in the place of the template's: ${template.overruled.join(', ')}`]),
    ...(drift.length === 0 ? [] : [`The file differs from the template in ${plural(drift.length, 'column')}\n${indent(driftTable(drift))}`]),
  ];
};
