/** What is said of a job when it has ended, and by `waybill job`: books, issues by kind, columns that feed nothing, what to do next. Pure. */
import type { ErrorPlace } from '../contracts/errors.ts';
import { isFinal } from '../contracts/job-states.ts';
import { describeFailure, withRemedy } from './describe-error.ts';
import { fileNotes } from './file-report.ts';
import type { BooksFieldsFragment, JobQuery } from './generated/operations.ts';
import { clockTime, groupDigits, humanBytes, humanPercent, humanSeconds, plural } from './human-numbers.ts';
import { stateText } from './progress-line.ts';
import { templateNote } from './template-report.ts';
import { questionText } from './question-text.ts';
import { indent, printable, shorten, textTable } from './text-table.ts';

export type JobDetails = NonNullable<JobQuery['job']>;
export type Books = BooksFieldsFragment;

export const noBooks: Books = {
  read: 0, created: 0, updated: 0, unchanged: 0, duplicate: 0, filtered: 0, quarantined: 0, excluded: 0, pending: 0, unreadable: 0,
};

const outcomeWords: Readonly<Record<keyof Books, string>> = {
  read: 'rows read', created: 'created', updated: 'updated', unchanged: 'unchanged', duplicate: 'duplicate in the file', filtered: 'filtered by a rule',
  quarantined: 'quarantined', excluded: 'excluded by an operator', pending: 'waiting for a decision', unreadable: 'unreadable',
};
const outcomes = Object.keys(outcomeWords) as readonly (keyof Books)[];

/** `read` and the four that everybody looks for always, the rest when there is something. */
const alwaysShown: ReadonlySet<keyof Books> = new Set(['read', 'created', 'updated', 'unchanged', 'quarantined']);

export const booksTable = (books: Books): string => {
  const shown = outcomes.filter((name) => alwaysShown.has(name) || books[name] > 0);
  return textTable([{ title: 'books' }, { title: 'rows', align: 'right' }], shown.map((name) => [outcomeWords[name], groupDigits(books[name])]));
};

export const issueTable = (groups: JobDetails['issueGroups']): string => textTable(
  [{ title: 'rows', align: 'right' }, { title: 'field' }, { title: 'issue' }, { title: 'first row', align: 'right' }, { title: 'what it means' }],
  groups.map(({ rows, field, code, severity, firstRow, message }) =>
    [groupDigits(rows), field ?? '(row)', severity === 'error' ? code : `${code} (${severity})`, groupDigits(firstRow), message]),
);

interface UnmappedColumn { readonly name: string; readonly fillRate: number | null; readonly couldBe?: string }

const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {};
const listOf = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : [];

/** The report names columns by place; their names stand with the detected format. */
export const unmappedColumns = (job: Pick<JobDetails, 'mappingReport' | 'detection'>): readonly UnmappedColumn[] => {
  const names = listOf(membersOf(membersOf(job.detection)['options'])['columns']);
  return listOf(membersOf(job.mappingReport)['unmapped']).map((entry) => {
    const { column, name, fillRate, candidates } = membersOf(entry);
    const found = typeof column === 'number' ? names[column] : name;
    const place = typeof column === 'number' ? `#${column + 1}` : '?';
    const couldBe = listOf(candidates).map((candidate) => sureField(candidate)).join(', ');
    return { name: typeof found === 'string' && found !== '' ? found : place, fillRate: typeof fillRate === 'number' ? fillRate : null, ...(couldBe === '' ? {} : { couldBe }) };
  });
};

const sureField = (candidate: unknown): string => {
  const { field, confidence } = membersOf(candidate);
  return `${typeof field === 'string' ? field : '?'}${typeof confidence === 'number' ? ` ${humanPercent(confidence)}` : ''}`;
};

const longestName = 60;

interface RememberedField { readonly name: string; readonly field: string; readonly transforms: string; readonly why: string }
interface GuessedField { readonly name: string; readonly field: string }

/** What was mapped without being asked for: by the values and a name that is not the field's own. */
export const guessedFields = (job: Pick<JobDetails, 'mappingReport' | 'detection'>): readonly GuessedField[] => {
  const names = listOf(membersOf(membersOf(job.detection)['options'])['columns']);
  return listOf(membersOf(job.mappingReport)['mapping']).map(membersOf).filter(({ by }) => by === 'evidence').map((entry) => ({
    name: namesOf(listOf(entry['columns']), names), field: sureField(entry),
  }));
};

const namesOf = (columns: readonly unknown[], names: readonly unknown[]): string =>
  columns.map((column) => { const name = typeof column === 'number' ? names[column] : undefined; return typeof name === 'string' ? name : `#${typeof column === 'number' ? column + 1 : '?'}`; }).join(' + ');

/** What was confirmed for earlier files of the partner, in words. */
export const rememberedFields = (job: Pick<JobDetails, 'mappingReport' | 'detection'>): readonly RememberedField[] => {
  const names = listOf(membersOf(membersOf(job.detection)['options'])['columns']);
  return listOf(membersOf(job.mappingReport)['remembered']).map(membersOf).map(({ columns, field, transforms, why }) => ({
    name: namesOf(listOf(columns), names), field: String(field), transforms: listOf(transforms).map(String).join(' | '), why: String(why),
  }));
};

const rememberedTable = (fields: readonly RememberedField[]): string => textTable(
  [{ title: 'column' }, { title: 'field' }, { title: 'transforms' }, { title: 'because' }], fields.map(({ name, field, transforms, why }) => [shorten(name, longestName), field, transforms, why]));

const guessedTable = (fields: readonly GuessedField[]): string => textTable([{ title: 'column' }, { title: 'field' }], fields.map(({ name, field }) => [shorten(name, longestName), field]));

export const unmappedTable = (columns: readonly UnmappedColumn[]): string => textTable(
  [{ title: 'column' }, { title: 'filled', align: 'right' }, ...(columns.some(({ couldBe }) => couldBe !== undefined) ? [{ title: 'could be' }] : [])],
  columns.map(({ name, fillRate, couldBe }) => [shorten(name, longestName), fillRate === null ? '' : humanPercent(fillRate), couldBe ?? '']),
);

export const jobSeconds = ({ createdAt, startedAt, finishedAt, updatedAt }: Pick<JobDetails, 'createdAt' | 'startedAt' | 'finishedAt' | 'updatedAt'>): number =>
  Math.max(0, (Date.parse(finishedAt ?? updatedAt) - Date.parse(startedAt ?? createdAt)) / 1000);

const rejectedStates: ReadonlySet<string> = new Set(['completed_with_rejects', 'stopped_by_limits']);
const isDryRun = (job: JobDetails): boolean => membersOf(job.request)['dryRun'] === true;

const headline = (job: JobDetails): string => {
  const seconds = jobSeconds(job);
  if (!isFinal(job.state)) return `Job ${job.id} is ${stateText(job.state)}${job.paused ? ' (paused)' : ''}, since ${clockTime(seconds)}.`;
  const read = job.books?.read ?? (job.kind === 'export' && job.state === 'completed' ? job.rowsTotal ?? 0 : 0);
  const speed = read > 0 && seconds > 0 ? `, ${groupDigits(read / seconds)} rows/s` : '';
  return `Job ${job.id} ${stateText(job.state)} in ${humanSeconds(seconds)}${speed}.`;
};

const dryRunNote = 'Dry run: nothing was written. The books say what an import would do.';
const uncommittedNote = 'Nothing was written. The books say what the draft would have done.';
const booksNote = (job: JobDetails): readonly string[] => {
  if (!isFinal(job.state) || job.committedAt !== null || job.books === null) return [];
  return [isDryRun(job) ? dryRunNote : uncommittedNote];
};
const placeOf = (place: unknown): ErrorPlace => membersOf(place) as ErrorPlace;

/** The reason of a job that did not complete; null when there is none. */
export const failureOf = ({ error }: Pick<JobDetails, 'error'>): string | null =>
  error === null ? null : withRemedy(describeFailure(error.code, error.message, placeOf(error.place)), error.remedy);

const ways: Readonly<Record<string, string>> = {
  format: '--format', encoding: '--encoding', delimiter: '--delimiter', header: '--header, --no-header', recordPath: '--record-path', sheet: '--sheet',
};
const takenAs = (value: unknown): string =>
  typeof value === 'boolean' ? value ? 'a row of names' : 'no row of names' : value === '\t' ? 'tab' : typeof value === 'string' && value.length > 1 ? value : JSON.stringify(value);

/** Null when detection was sure of everything that matters. */
export const doubtNote = ({ doubts }: Pick<JobDetails, 'doubts'>): string | null => doubts.length === 0 ? null : section(
  'Detection is not sure how the file is written. Look at what was read; where it is wrong, import again and say it:',
  textTable(
    [{ title: 'property' }, { title: 'taken as' }, { title: 'sure', align: 'right' }, { title: 'say it with' }, { title: 'because' }],
    doubts.map(({ property, value, confidence, why }) => [property, takenAs(value), `${Math.round(confidence * 100)} %`, ways[property] ?? '', why])),
);

export const filesTable = (files: JobDetails['exportFiles']): string => textTable(
  [{ title: 'file' }, { title: 'rows', align: 'right' }, { title: 'size', align: 'right' }, { title: 'SHA-256' }],
  files.map(({ name, rows, bytes, sha256 }) => [name, groupDigits(rows), humanBytes(bytes), sha256]),
);

const section = (title: string, body: string): string => `${title}\n${indent(body)}`;

const exportNote = ({ id, exportFiles: files }: JobDetails): readonly string[] => {
  if (files.length === 0) return [];
  const title = files.every(({ removedAt }) => removedAt !== null) ? `These files were removed when their time was over (EXPORT_EXPIRED); export again` : `To fetch: waybill download ${id} --to FILE`;
  return [section(title, filesTable(files))];
};

export const reportJob = (job: JobDetails, receipt: string | null = null): string => {
  const unmapped = unmappedColumns(job), guessed = guessedFields(job), remembered = rememberedFields(job);
  const rejects = (job.books?.quarantined ?? 0) + (job.books?.unreadable ?? 0) > 0 || rejectedStates.has(job.state);
  const doubts = doubtNote(job);
  const reason = job.cancelReason === null || job.cancelReason === '' ? [] : [`Reason: ${printable(job.cancelReason)}`];
  return [
    headline(job),
    ...reason,
    ...templateNote(job),
    ...(isFinal(job.state) ? [] : questionText(job, true)),
    ...booksNote(job),
    ...(job.books === null ? [] : [indent(booksTable(job.books))]),
    ...fileNotes(job),
    ...(job.issueGroups.length === 0 ? [] : [section(`Issues (${plural(job.issueGroups.length, 'kind')}); every row: waybill issues ${job.id}`, issueTable(job.issueGroups))]),
    ...(doubts === null ? [] : [doubts]),
    ...(remembered.length === 0 ? [] : [section('Remembered of earlier files of the partner; where that is wrong, import again with --map "Column=field"', rememberedTable(remembered))]),
    ...(guessed.length === 0 ? [] : [section(`${plural(guessed.length, 'column')} mapped by name and values; where that is wrong, import again with --map "Column=field"`, guessedTable(guessed))]),
    ...(unmapped.length === 0 ? [] : [section(`${plural(unmapped.length, 'column')} of the file without a field; to use one: --map "Column=field"`, unmappedTable(unmapped))]),
    ...exportNote(job),
    ...(rejects ? [`Rejected rows with their reasons: waybill rejects ${job.id} > rejects.csv`] : []),
    ...(receipt === null ? [] : [`Receipt: ${receipt}`]),
    ...(job.workflowUrl === null ? [] : [`In the Temporal UI: ${job.workflowUrl}`]),
  ].join('\n');
};
