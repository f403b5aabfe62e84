import { pgTypeOf } from '../contracts/pg-type-of.ts';
import type { DatasetDefinition, FieldDefinition } from '../contracts/dataset-definition.ts';
import { emptyMayStay, settledPolicyOf } from '../contracts/load-policy.ts';
import type { PlanDocument } from '../contracts/plan-document.ts';
import type { LoadTarget, Settlement } from '../db/load-target.ts';
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
    if (field === undefined) return [];
    const settle = settlementOf(plan, definition, { field, lane: index });
    return [{ name: field.name, staged: `f${index}`, pgType: pgTypeOf(field), ...(settle === null ? {} : { settle }) }];
  }),
  key: plan.key,
  mode: plan.mode,
  duplicates: plan.duplicates,
});

interface Lane { readonly field: FieldDefinition; readonly lane: number }

const settlementOf = (plan: PlanDocument, definition: DatasetDefinition, { field, lane }: Lane): Settlement | null => {
  const policy = settledPolicyOf(plan, field.name);
  if (policy === null) return null;
  return {
    ...policy, type: field.type, zone: plan.zone, required: field.required && emptyMayStay(plan, field.name),
    newestBy: policy.conflict === 'newest' ? newestByOf(plan, definition) : null,
    clearedAt: plan.loadPolicy?.clearToken === undefined ? null : lane,
  };
};

const newestByOf = ({ loadPolicy, mapping }: PlanDocument, definition: DatasetDefinition): Settlement['newestBy'] => {
  const name = loadPolicy?.newestBy;
  const at = mapping.findIndex((mapped) => mapped.field === name);
  const field = definition.fields.find((candidate) => candidate.name === name);
  return field === undefined || at < 0 ? null : { name: field.name, staged: `f${at}`, pgType: pgTypeOf(field) };
};
