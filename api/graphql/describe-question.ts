/** A job's question with the columns by their names: those stand with how the file is read, the question has only their places. */
import { templateReportSchema, type DriftFinding } from '../../contracts/template.ts';
import { columnLabels } from '../../core/mapping/describe-proposal.ts';
import { answerOf, questionOf } from '../../db/job-question.ts';
import type { Job } from '../../db/job.ts';

export const describeQuestion = (job: Job): object | null => {
  const question = questionOf(job);
  if (question === null) return null;
  const labels = columnLabels(job.detection?.options.columns ?? []);
  const named = (columns: readonly number[]): readonly string[] => columns.map((column) => labels[column] ?? `#${column + 1}`);
  const { kind, since, expiresAt, taken, proposed, columns, fields, dateOrders } = question;
  const answered = answerOf(job) !== null;
  return {
    kind, since: new Date(since), expiresAt: new Date(expiresAt), answeredAt: answered ? job.answeredAt : null, answeredBy: answered ? job.answeredBy : null,
    taken: taken.filter((entry) => entry.columns.length > 0).map((entry) => ({ ...entry, columns: named(entry.columns) })),
    proposed: proposed.map(({ transforms = [], ...entry }) => ({ ...entry, columns: named(entry.columns), transforms: transforms.map(({ fn }) => fn) })),
    columns: columns.map(({ column, fillRate, candidates }) => ({ no: column + 1, column: named([column])[0], fillRate, candidates })),
    fields: fields.map((entry) => ({ ...entry, columns: named(entry.columns) })),
    drift: kind === 'drift' ? driftOf(job).filter(({ handling }) => handling === 'ask') : [],
    dateOrders: dateOrders.map((entry) => ({ ...entry, columns: named(entry.columns) })),
  };
};

/** Names of columns stand in the job's report of its template; the question has none. */
const driftOf = ({ templateReport }: Job): readonly DriftFinding[] => {
  const report = templateReportSchema.safeParse(templateReport);
  return report.success ? report.data.drift : [];
};
