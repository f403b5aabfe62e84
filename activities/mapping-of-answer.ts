import type { JobAnswer, JobQuestion } from '../contracts/job-question.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import type { JoinedMapping } from '../core/mapping/join-evidence.ts';

/** What a person confirmed, as it was confirmed: nothing is weighed again. */
export const mappingOfAnswer = ({ mapping }: JobAnswer, question: JobQuestion | null, { columns }: ParseOptions): JoinedMapping => {
  const used = new Set(mapping.flatMap((entry) => entry.columns)), filled = new Set(mapping.map(({ field }) => field));
  const unmapped = columns.flatMap((_, column) => (used.has(column) ? [] : [column])).map((column) => {
    const asked = question?.columns.find((each) => each.column === column)?.candidates ?? [];
    const candidates = asked.filter(({ field }) => !filled.has(field)).map(({ field, confidence }) => ({ field, confidence }));
    return { column, ...(candidates.length === 0 ? {} : { candidates }) };
  });
  return { mapping, unmapped, open: [], proposal: null };
};
