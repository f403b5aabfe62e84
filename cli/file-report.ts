/** What is said of the file as a whole: limits that were exceeded, its rules, and what a dry run would change. Pure. */
import type { JobQuery } from './generated/operations.ts';
import { groupDigits, plural } from './human-numbers.ts';
import { indent, printable, textTable } from './text-table.ts';

type Job = NonNullable<JobQuery['job']>;
type FileNotes = Pick<Job, 'fileFindings' | 'exceededLimits' | 'draft'>;

const section = (title: string, body: string): string => `${title}\n${indent(body)}`;

export const fileNotes = ({ fileFindings, exceededLimits, draft }: FileNotes): readonly string[] => [
  ...(exceededLimits.length === 0 ? [] : [section('Stopped by its limits, before anything was written', limitsTable(exceededLimits))]),
  ...(fileFindings.length === 0 ? [] : [section(`Rules of the file (${verdictCounts(fileFindings)})`, findingsTable(fileFindings))]),
  ...fileFindings.filter(({ verdict }) => verdict === 'broken').map(brokenNote),
  ...(draft === null ? [] : draftNote(draft)),
];

const limitWords: Readonly<Record<string, string>> = { first_error: 'the first rejected row', max_errors: 'rejected rows', max_error_percent: 'rejected rows', rule: 'rows that break the rule', code: 'rows with the issue', severity: 'rows with issues of severity' };

const limitsTable = (limits: Job['exceededLimits']): string => textTable(
  [{ title: 'limit of' }, { title: 'found', align: 'right' }, { title: 'of rows', align: 'right' }, { title: 'allowed', align: 'right' }],
  limits.map(({ limit, name, count, read, max, maxPercent }) => [
    [limitWords[limit] ?? limit, ...(name === null ? [] : [name])].join(' '), groupDigits(count), groupDigits(read),
    [...(max === null ? [] : [groupDigits(max)]), ...(maxPercent === null ? [] : [`${maxPercent} %`])].join(', '),
  ]));

const verdictWords: Readonly<Record<Job['fileFindings'][number]['verdict'], string>> = { holds: 'holds', broken: 'broken', not_judged: 'not judged' };

const verdictCounts = (findings: Job['fileFindings']): string => {
  const broken = findings.filter(({ verdict }) => verdict === 'broken').length;
  return broken === 0 ? 'none is broken' : `${broken} of ${plural(findings.length, 'verdict')} broken`;
};

const findingsTable = (findings: Job['fileFindings']): string => textTable(
  [{ title: 'rule' }, { title: 'field' }, { title: 'verdict' }, { title: 'measured', align: 'right' }, { title: 'expected' }],
  findings.map(({ rule, field, verdict, severity, measured, expected }) =>
    [rule, field ?? '(file)', verdict === 'broken' && severity !== 'error' ? `${verdictWords[verdict]} (${severity})` : verdictWords[verdict], measured ?? '', expected]));

const brokenNote = ({ rule, message, remedy, columns }: Job['fileFindings'][number]): string =>
  printable(`${rule}: ${message}${columns === null || columns.length === 0 ? '' : ` Columns: ${columns.join(', ')}.`} ${remedy}`);

const draftNote = ({ created, updated, fields }: NonNullable<Job['draft']>): readonly string[] => {
  const title = `The draft creates ${plural(created, 'record')} and updates ${plural(updated, 'record')}`;
  return fields.length === 0 ? [`${title}.`] : [section(`${title}; of these change`, textTable(
    [{ title: 'field' }, { title: 'records', align: 'right' }, { title: 'filled', align: 'right' }, { title: 'emptied', align: 'right' }],
    fields.map(({ field, changed, filled, emptied }) => [field, groupDigits(changed), groupDigits(filled), groupDigits(emptied)])))];
};
