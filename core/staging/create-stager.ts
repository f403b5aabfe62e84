/** The stager of a plan: what stages the chunks of a job, and what a preview shows the first rows of. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { PlanDocument } from '../../contracts/plan-document.ts';
import { carriesRejects } from '../../contracts/reject-columns.ts';
import { createReader } from '../formats/formats.ts';
import { createLanes, findingsWhenCleared, hashedLanes, type LaneOptions } from './create-lanes.ts';
import { createJudgement } from './create-judgement.ts';
import type { Lane, StagerSpec } from './lane.ts';
import { RowStager } from './row-stager.ts';

export interface StagerOptions extends Partial<LaneOptions> {
  /** Day of the job since 1970, for rules that ask for it. */
  readonly today?: number;
}

export const createStager = (plan: PlanDocument, definition: DatasetDefinition, { datesAsDays = true, today = 0 }: StagerOptions = {}): RowStager => {
  const lanes = createLanes(plan, definition, { datesAsDays });
  return new RowStager({
    reader: createReader(plan.parse), columnCount: plan.parse.columns.length, lanes, transcoded: plan.parse.encoding !== 'utf-8',
    restoresFormulas: carriesRejects(plan.parse.columns) || plan.fromExport === 'guarded',
    apostropheQuotes: plan.parse.format === 'csv' && plan.parse.quote === "'",
    // In a file of one column a quoted nothing is a null (core/formats/csv/csv-writer.ts).
    quotedNothingIsText: plan.fromExport !== undefined && (plan.parse.format !== 'csv' || plan.parse.columns.length > 1),
    judgement: createJudgement(plan, { datasetDefinition: definition, datesAsDays, today }),
    hashedLanes: hashedLanes(plan, definition),
    ...clearing(plan, definition),
    ...openDates(plan, lanes),
  });
};

/** An order that nobody said may prove to be another when the whole column is judged: a row that it rejects is no reason to stop before. */
const openDates = ({ onError, mapping }: PlanDocument, lanes: readonly Lane[]): Pick<StagerSpec, 'openDates'> => onError !== 'abort' ? {} : {
  openDates: lanes.flatMap((lane, index) => {
    const { date } = mapping[index] ?? {};
    const evidence = lane.kind === 'cell' || lane.kind === 'cells' ? lane.encoder.evidence : null;
    return date === undefined || date.source === 'operator' || evidence === null ? [] : [evidence];
  }),
};

const clearing = (plan: PlanDocument, definition: DatasetDefinition): Pick<StagerSpec, 'clearing'> => {
  const token = plan.loadPolicy?.clearToken;
  return token === undefined ? {} : { clearing: { token, findings: findingsWhenCleared(plan, definition) } };
};
