import { pgTypeOf } from '../contracts/pg-type-of.ts';
import type { LoadTarget } from '../db/load-target.ts';
import { tableOfDefinition } from '../db/dataset-table.ts';
import type { PlannedJob } from './job-for-work.ts';

/** The table as the load sees it, from the plan and the dataset's version that it pins. */
export const loadTargetOf = ({ job, plan, datasetId, definition }: PlannedJob): LoadTarget => ({
  epoch: { jobId: job.jobId, round: job.round, planEpoch: job.planEpoch },
  jobNo: job.jobNo,
  datasetId,
  datasetVersion: plan.datasetVersion,
  table: tableOfDefinition(definition),
  managed: definition.managed,
  columns: plan.mapping.flatMap((mapped, index) => {
    const field = definition.fields.find((candidate) => candidate.name === mapped.field);
    return field === undefined ? [] : [{ name: field.name, staged: `f${index}`, pgType: pgTypeOf(field) }];
  }),
  key: plan.key,
  mode: plan.mode,
  duplicates: plan.duplicates,
});
