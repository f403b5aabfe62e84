/**
 * `exportDataset`: freeze → write parts → assemble, sign. Plan and control only: rows never pass through here (promise 7). The name of the
 * workflow is permanent. States: planning while it freezes, staging while parts are written, closing while files are assembled.
 */
import {
  allHandlersFinished, ApplicationFailure, CancellationScope, condition, ContinueAsNew, continueAsNew, proxyActivities, workflowInfo,
} from '@temporalio/workflow';
import type { ControlActivities, TransferActivities } from '../activities/create-activities.ts';
import type { FinalState } from '../contracts/job-states.ts';
import type { ExportCursor, ExportDatasetInput } from '../contracts/workflow-messages.ts';
import { activityOptions } from './activity-options.ts';
import { endingOf } from './ending-of.ts';
import type { Ending } from './ending-of.ts';
import { ImportRun } from './import-run.ts';
import { inLanes } from './in-lanes.ts';
import { nextNumber } from './next-number.ts';

const { endExport, readJobWishes } = proxyActivities<ControlActivities>(activityOptions.quick);
const { freezeExport, closeExport } = proxyActivities<ControlActivities>(activityOptions.long);
const { writeExportPart } = proxyActivities<TransferActivities>(activityOptions.chunk);

export interface ExportDatasetResult { readonly state: FinalState }

/** Where the writing stands; what a continued run needs to go on. */
interface Position { planEpoch: number; partCount: number; nextPartNo: number; postponed: readonly number[]; lost: boolean }

export async function exportDataset(input: ExportDatasetInput): Promise<ExportDatasetResult> {
  const run = ImportRun.of(input);
  run.installHandlers();
  try {
    return await run.scope.run(async () => work(run, input.resume));
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    return await CancellationScope.nonCancellable(async () => end(run, endingOf(error, run.scope.consideredCancelled)));
  }
}

const look = (run: ImportRun) => async () => readJobWishes({ jobId: run.jobId });
const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

const work = async (run: ImportRun, resume: ExportCursor | undefined): Promise<ExportDatasetResult> => {
  let position: Position = resume === undefined ? await freeze(run, null) : { ...resume, lost: false };
  for (;;) {
    while (!await writeParts(run, position)) position = await freeze(run, position.planEpoch);
    await waitForLeave(run, position);
    const state = await close(run);
    if (state !== null) return { state };
    position = await freeze(run, position.planEpoch);
  }
};

/** From here on it completes or fails: a file that is being signed is not cancelled. Null: parts were lost in a crash of the machine. */
const close = async (run: ImportRun): Promise<FinalState | null> => {
  run.beginCommit();
  run.enter('closing');
  const { state } = await CancellationScope.nonCancellable(async () => closeExport({ jobId: run.jobId }));
  if (state === 'lost') { run.endCommit(); return null; }
  run.noteEnd(state, { books: null, errorCode: null });
  return state;
};

/** The last look before a step that takes long: an Update may have been lost, and a wish that stands in the database holds. */
const waitForLeave = async (run: ImportRun, position: Position | null): Promise<void> => {
  await run.heed(look(run), (wishes) => wishes);
  await run.whenRunning(look(run), isLong);
  if (run.progress.paused) await continueWhenLong(run, position);
};

const freeze = async (run: ImportRun, lostEpoch: number | null): Promise<Position> => {
  await waitForLeave(run, null);
  run.enter('planning');
  const { planEpoch, partCount, rowsTotal } = await freezeExport({ jobId: run.jobId, lostEpoch });
  run.note({ planEpoch, chunksPlanned: partCount, rowsTotal, chunksStaged: 0, rowsRead: 0 });
  return { planEpoch, partCount, nextPartNo: 0, postponed: [], lost: false };
};

/** False when the frozen rows were lost. */
const writeParts = async (run: ImportRun, position: Position): Promise<boolean> => {
  const partsLeft = (): boolean => position.postponed.length > 0 || position.nextPartNo < position.partCount;
  run.enter('staging');
  while (partsLeft() && !position.lost) {
    await inLanes(async (failed) => lane(run, position, failed));
    await continueWhenLong(run, position);
  }
  return !position.lost;
};

const lane = async (run: ImportRun, position: Position, failed: () => boolean): Promise<void> => {
  for (;;) {
    await run.whenRunning(look(run), isLong);
    if (failed() || isLong() || position.lost) return;
    const partNo = nextPart(position);
    if (partNo === null) return;
    const { jobId } = run;
    const result = await run.heed(async () => writeExportPart({ jobId, planEpoch: position.planEpoch, partNo }), ({ wishes }) => wishes);
    switch (result.kind) {
      case 'postponed': position.postponed = [...position.postponed, partNo]; break;
      case 'lost': position.lost = true; break;
      case 'written': run.note({ chunksStaged: run.progress.chunksStaged + 1, rowsRead: run.progress.rowsRead + result.rows }); break;
    }
  }
};

const nextPart = (position: Position): number | null =>
  nextNumber(position, () => position.nextPartNo < position.partCount ? position.nextPartNo++ : null);

/** Without a position nothing is frozen yet, and the next run begins at the beginning. */
const continueWhenLong = async (run: ImportRun, position: Position | null): Promise<void> => {
  if (!isLong() || position?.lost === true) return;
  await condition(allHandlersFinished);
  const { jobId, progress } = run;
  if (position === null) return continueAsNew<typeof exportDataset>({ jobId });
  const { planEpoch, partCount, nextPartNo, postponed } = position;
  await continueAsNew<typeof exportDataset>({ jobId, resume: { planEpoch, partCount, nextPartNo, postponed, progress } });
};

const end = async (run: ImportRun, ending: Ending): Promise<ExportDatasetResult> => {
  const { state } = await endExport({ jobId: run.jobId, ...ending });
  run.noteEnd(state, { books: null, errorCode: ending.code });
  if (state === 'failed')
    throw ApplicationFailure.create({ message: 'The job failed; its error code says why.', type: ending.code ?? 'INTERNAL', nonRetryable: true });
  return { state };
};
