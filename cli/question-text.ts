/** What a job asks, in words: what is missing, what is proposed and why, what can be read both ways, and how to answer. Pure. */
import type { JobDetails } from './job-report.ts';
import { humanPercent, plural } from './human-numbers.ts';
import { driftTable } from './template-report.ts';
import { indent, shorten, textTable } from './text-table.ts';

type Question = NonNullable<JobDetails['question']>;

const longestName = 40, longestReason = 90;
const sure = (confidence: number): string => `${Math.round(confidence * 100)} %`;
const named = (columns: readonly string[]): string => columns.map((name) => shorten(name, longestName)).join(' + ');
const day = (moment: string): string => moment.slice(0, 16).replace('T', ' ');

const doubtWords: Readonly<Record<Question['fields'][number]['why'], string>> = {
  required: 'required', key: 'of the key', key_by_name: 'of the key; only the name of the column speaks for it',
};

const section = (title: string, rows: readonly unknown[], body: () => string): readonly string[] => (rows.length === 0 ? [] : [`${title}\n${indent(body())}`]);

const fieldsTable = ({ fields }: Question): string => textTable(
  [{ title: 'field' }, { title: 'why it is asked' }, { title: 'could be fed from' }, { title: 'sure', align: 'right' }],
  fields.map(({ field, why, columns, confidence }) => [field, doubtWords[why], columns.length === 0 ? '?' : named(columns), columns.length === 0 ? '' : sure(confidence)]),
);

const reasonsFor = ({ columns }: Question, field: string, column: string | undefined): string =>
  shorten(columns.find((each) => each.column === column)?.candidates.find((candidate) => candidate.field === field)?.reasons.join('; ') ?? '', longestReason);

const proposedTable = (question: Question): string => textTable(
  [{ title: 'column' }, { title: 'field' }, { title: 'sure', align: 'right' }, { title: 'through' }, { title: 'because' }],
  question.proposed.map(({ field, columns, transforms, confidence }) => [named(columns), field, sure(confidence), transforms.join(', '), reasonsFor(question, field, columns[0])]),
);

const leftTable = (columns: Question['columns']): string => textTable(
  [{ title: '#', align: 'right' }, { title: 'column' }, { title: 'filled', align: 'right' }, { title: 'could be' }],
  columns.map(({ no, column, fillRate, candidates }) => [String(no), shorten(column, longestName), humanPercent(fillRate), candidates.map(({ field, confidence }) => `${field} ${sure(confidence)}`).join(', ')]),
);

const takenTable = ({ taken }: Question): string => textTable([{ title: 'column' }, { title: 'field' }], taken.map(({ field, columns }) => [named(columns), field]));

const datesTable = ({ dateOrders }: Question): string => textTable([{ title: 'column' }, { title: 'field' }], dateOrders.map(({ field, columns }) => [named(columns), field]));

/** @param told what differs from the template stands there already */
export const questionText = ({ id, question, reminded, paused }: Pick<JobDetails, 'id' | 'question' | 'reminded' | 'paused'>, told = false): readonly string[] => {
  if (question === null || question.answeredAt !== null) return [];
  const offered = new Set(question.proposed.flatMap(({ columns }) => columns));
  const left = question.columns.filter(({ column }) => !offered.has(column));
  return [
    `The job waits for a person since ${day(question.since)} UTC, ${paused ? 'and as long as it is paused' : `until ${day(question.expiresAt)} UTC`}${reminded === 0 ? '' : ` (${plural(reminded, 'reminder')})`}.`,
    ...section('Differs from the template, which asks about it', told ? [] : question.drift, () => driftTable(question.drift)),
    ...section('Fields that must have a column', question.fields, () => fieldsTable(question)),
    ...section(question.kind === 'drift' ? 'Proposed in their place' : 'Proposed, and not sure enough to be taken without you', question.proposed, () => proposedTable(question)),
    ...section('Dates that can be read with the day or the month first', question.dateOrders, () => datesTable(question)),
    ...section(`${plural(left.length, 'column')} without a field`, left, () => leftTable(left)),
    ...section('Sure, and taken unless you say otherwise', question.taken, () => takenTable(question)),
    howToAnswer(id, question),
  ];
};

const howToAnswer = (id: string, { kind, proposed, dateOrders }: Question): string => {
  const [date] = dateOrders;
  const dates = date === undefined ? '' : ` --date-format "${date.field}=DMY"`;
  return [
    'To answer:',
    ...(proposed.length === 0 && kind !== 'drift' ? [] : [`  waybill confirm ${id} --accept${dates}`]),
    `  waybill confirm ${id} --map "Column=field" --ignore "Column"${dates}`,
  ].join('\n');
};
