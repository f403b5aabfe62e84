/** A job as its row tells it; the one place that maps its columns. */
import type { Books } from '../contracts/books.ts';
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';
import type { JobState } from '../contracts/job-states.ts';
import type { Detection } from '../contracts/parse-options.ts';

export type JobKind = 'import' | 'export' | 'undo' | 'exchange';

export interface NotedDetection extends Pick<Detection, 'options' | 'guesses' | 'needsSpool'> {
  /** Key of the spool in which the records are read, where there is one: that of the attempt which noted this. */
  readonly spool?: string;
}

export interface Job {
  readonly jobId: string;
  readonly jobNo: number;
  readonly kind: JobKind;
  readonly org: string;
  readonly owner: string;
  readonly partner: string | null;
  readonly purpose: string | null;
  readonly datasetId: number | null;
  readonly datasetVersion: number | null;
  readonly sourceSha256: string | null;
  readonly fileName: string | null;
  /** An import's (contracts/import-request.ts) or an export's (contracts/export-request.ts); read through its schema. */
  readonly request: unknown;
  readonly idempotencyKey: string;
  readonly state: JobState;
  readonly round: number;
  readonly planEpoch: number;
  readonly planHash: string | null;
  readonly detection: NotedDetection | null;
  readonly mappingReport: unknown;
  /** contracts/job-question.ts; read through its schema. */
  readonly question: unknown;
  readonly reminded: number;
  readonly answer: unknown;
  readonly answeredBy: string | null;
  readonly answeredAt: Date | null;
  readonly sourceVersion: string | null;
  /** Of the template that the job pinned; null: none. */
  readonly templateId: number | null;
  readonly templateVersion: number | null;
  /** contracts/template.ts, TemplateReport. */
  readonly templateReport: unknown;
  readonly pauseWanted: boolean;
  readonly cancelWanted: boolean;
  readonly cancelReason: string | null;
  readonly wishNo: number;
  readonly waitsFor: string | null;
  readonly rowsTotal: number | null;
  readonly chunksPlanned: number | null;
  readonly draftHash: string | null;
  /** What reconcile found (db/reconcile.ts), until the commit. */
  readonly draft: unknown;
  readonly books: Books | null;
  readonly errorCode: ErrorCode | null;
  readonly errorPlace: ErrorPlace | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly committedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly updatedAt: Date;
  /** Name of the dataset. */
  readonly dataset: string | null;
}

const columnOf: Readonly<Record<Exclude<keyof Job, 'dataset'>, string>> = {
  jobId: 'job_id', jobNo: 'job_no', kind: 'kind', org: 'org_id', owner: 'owner', partner: 'partner_id', purpose: 'purpose',
  datasetId: 'dataset_id', datasetVersion: 'dataset_version', sourceSha256: 'source_sha256', fileName: 'file_name', request: 'request',
  idempotencyKey: 'idempotency_key', state: 'state', round: 'round', planEpoch: 'plan_epoch', planHash: 'plan_hash', detection: 'detection',
  mappingReport: 'mapping_report', question: 'question', reminded: 'reminded', answer: 'answer', answeredBy: 'answered_by', answeredAt: 'answered_at', sourceVersion: 'source_version',
  templateId: 'template_id', templateVersion: 'template_version', templateReport: 'template_report', pauseWanted: 'pause_wanted', cancelWanted: 'cancel_wanted', cancelReason: 'cancel_reason', wishNo: 'wish_no',
  waitsFor: 'waits_for', rowsTotal: 'rows_total', chunksPlanned: 'chunks_planned', draftHash: 'draft_hash', draft: 'draft', books: 'books',
  errorCode: 'error_code', errorPlace: 'error_place', createdAt: 'created_at', startedAt: 'started_at', committedAt: 'committed_at',
  finishedAt: 'finished_at', updatedAt: 'updated_at',
};

/** `select` list for `from waybill.jobs j`; the rows are {@link Job}s. */
export const jobColumns = [
  ...Object.entries(columnOf).map(([name, column]) => `j.${column} as "${name}"`),
  '(select d.name from waybill.datasets d where d.dataset_id = j.dataset_id) as "dataset"',
].join(', ');

/** What a step may note on a job beside its state. */
export type JobPatch = Partial<Pick<Job,
  | 'datasetId' | 'datasetVersion' | 'round' | 'planEpoch' | 'planHash' | 'detection' | 'mappingReport' | 'question' | 'sourceVersion' | 'waitsFor' | 'rowsTotal'
  | 'templateId' | 'templateVersion' | 'templateReport' | 'partner' | 'chunksPlanned' | 'draftHash' | 'draft' | 'books' | 'errorCode' | 'errorPlace' | 'committedAt'>>;

const patchable: ReadonlySet<string> = new Set<keyof JobPatch>([
  'datasetId', 'datasetVersion', 'round', 'planEpoch', 'planHash', 'detection', 'mappingReport', 'question', 'sourceVersion', 'waitsFor', 'rowsTotal', 'chunksPlanned',
  'draftHash', 'draft', 'books', 'errorCode', 'errorPlace', 'committedAt', 'templateId', 'templateVersion', 'templateReport', 'partner',
]);
const jsonColumns: ReadonlySet<string> = new Set<keyof JobPatch>(['detection', 'mappingReport', 'question', 'templateReport', 'draft', 'books', 'errorPlace']);

const isColumn = (name: string): name is keyof typeof columnOf => Object.hasOwn(columnOf, name);

interface PatchSql { readonly assignments: readonly string[]; readonly columns: readonly string[]; readonly values: readonly unknown[] }

/** `column = $n, …` for the fields that the patch names, with their values; parameters count from `firstParameter`. */
export const patchSql = (patch: JobPatch, firstParameter: number): PatchSql => {
  const assignments: string[] = [];
  const columns: string[] = [];
  const values: unknown[] = [];
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined || !patchable.has(name) || !isColumn(name)) continue;
    columns.push(columnOf[name]);
    assignments.push(`${columnOf[name]} = $${firstParameter + values.length}`);
    values.push(jsonColumns.has(name) && value !== null ? JSON.stringify(value) : value);
  }
  return { assignments, columns, values };
};
