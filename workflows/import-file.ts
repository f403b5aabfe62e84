/**
 * `importFile`: detect → (ask →) plan → stage → judge → reconcile → gate → commit → close. Plan and control only: rows never pass through here,
 * and what a step returns are counts and references (promise 7). The name of the workflow is permanent.
 */
import {
  allHandlersFinished, ApplicationFailure, CancellationScope, condition, ContinueAsNew, continueAsNew, proxyActivities, sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { ControlActivities } from '../activities/create-activities.ts';
import type { DetectSourceResult } from '../activities/detect-source.ts';
import type { ReconcileJobResult } from '../activities/reconcile-job.ts';
import type { Books } from '../contracts/books.ts';
import type { FinalState } from '../contracts/job-states.ts';
import type { ImportFileInput, WaitingCursor } from '../contracts/workflow-messages.ts';
import { activityOptions, writerWaitMs } from './activity-options.ts';
import { Answers } from './answers.ts';
import { endingOf } from './ending-of.ts';
import type { Ending } from './ending-of.ts';
import { ImportRun } from './import-run.ts';
import { nextNumber } from './next-number.ts';
import { stageChunks } from './stage-chunks.ts';

const { detectSource, askMapping } = proxyActivities<ControlActivities>(activityOptions.detection);
const { judgeColumns, endJob, readJobWishes } = proxyActivities<ControlActivities>(activityOptions.quick);
const { planImport, reconcileJob, commitJob, closeJob } = proxyActivities<ControlActivities>(activityOptions.long);

export interface ImportFileResult {
  readonly state: FinalState;
  readonly books: Books | null;
}

/** Where the staging stands; what a continued run needs to go on. */
interface Position { round: number; planEpoch: number; chunkCount: number; nextChunkNo: number; postponed: readonly number[]; stopAtFirstReject: boolean }

export async function importFile(input: ImportFileInput): Promise<ImportFileResult> {
  const run = ImportRun.of({ jobId: input.jobId, ...(input.resume ?? input.waiting ? { resume: input.resume ?? input.waiting } : {}) });
  const answers = new Answers(run);
  run.installHandlers();
  answers.installHandler();
  try {
    return await run.scope.run(async () => work(run, answers, input));
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    return await CancellationScope.nonCancellable(async () => end(run, endingOf(error, run.scope.consideredCancelled)));
  }
}

const work = async (run: ImportRun, answers: Answers, { resume, waiting }: ImportFileInput): Promise<ImportFileResult> => {
  const position = resume === undefined ? await prepare(run, answers, waiting) : { ...resume };
  for (let stale = 0; ;) {
    const draft = await draftOf(run, position);
    if (draft === null) return end(run, { state: 'stopped_by_limits', code: null, place: {} });
    run.note({ books: draft.books });
    if (draft.exceeded) return end(run, { state: 'stopped_by_limits', code: null, place: {} });
    await lookAndWait(run, position);
    const books = draft.dryRun ? draft.books : await commit(run);
    if (books !== null) return CancellationScope.nonCancellable(async () => close(run, books));
    stale += 1;
    if (stale > 20) throw ApplicationFailure.create({ type: 'DRAFT_STALE', message: 'Others write to the dataset faster than it can be drafted.', nonRetryable: true });
  }
};

const look = (run: ImportRun) => async () => readJobWishes({ jobId: run.jobId });

/** The last look before a step that is not taken back: an Update may have been lost, and a wish that stands in the database holds. */
const lookAndWait = async (run: ImportRun, position: Position | null): Promise<void> => {
  await run.heed(look(run), (wishes) => wishes);
  await waitWhilePaused(run, position);
};

const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

const waitWhilePaused = async (run: ImportRun, position: Position | null): Promise<void> => {
  await run.whenRunning(look(run), isLong);
  if (run.progress.paused) await continueWhenLong(run, position);
};

const prepare = async (run: ImportRun, answers: Answers, waiting: WaitingCursor | undefined): Promise<Position> => {
  const { jobId } = run;
  if (waiting === undefined) await detect(run, answers); else await answers.waitFor(waiting);
  await waitWhilePaused(run, null);
  run.enter('planning');
  const { chunkCount, rowsTotal, round, planEpoch, stopAtFirstReject } = await planImport({ jobId });
  run.note({ chunksPlanned: chunkCount, rowsTotal, round, planEpoch });
  return { round, planEpoch, chunkCount, nextChunkNo: 0, postponed: [], stopAtFirstReject };
};

/** A run of before there were questions has no result of its detection, and does not ask. */
const detect = async (run: ImportRun, answers: Answers): Promise<void> => {
  const { jobId } = run;
  await lookAndWait(run, null);
  run.enter('detecting');
  const found: DetectSourceResult | null | undefined = await detectSource({ jobId });
  if (found?.mayAsk !== true) return;
  await waitWhilePaused(run, null);
  const { question } = await askMapping({ jobId });
  if (question !== null) await answers.waitFor({ question, reminded: 0 });
};

type Drafted = ReconcileJobResult & { readonly kind: 'drafted' };

/** Stages what is not staged, has the columns judged and the draft made, again where one of them asks for it. Null: the first bad row stops the job. */
const draftOf = async (run: ImportRun, position: Position): Promise<Drafted | null> => {
  for (let waitMs: number = writerWaitMs.first; ; waitMs = Math.min(waitMs * 2, writerWaitMs.longest)) {
    if (!await stageAll(run, position)) return null;
    const { jobId } = run;
    const { round, planEpoch } = position;
    const judged = await judgeColumns({ jobId, round, planEpoch });
    if (judged.restage) { restart(run, position, judged.planEpoch); continue; }
    if (position.stopAtFirstReject && run.progress.rowsRejected > 0) return null;
    await waitWhilePaused(run, position);
    run.enter('reconciling');
    const result = await reconcileJob({ jobId, round, planEpoch });
    run.note({ waitsFor: result.kind === 'waits' ? result.job : null });
    switch (result.kind) {
      case 'drafted': return result;
      case 'missing':
        await stageAgain(run, position, result.chunks);
        await continueWhenLong(run, position);
        break;
      case 'waits':
        await sleep(waitMs);
        await continueWhenLong(run, position);
        break;
    }
  }
};

const restart = (run: ImportRun, position: Position, planEpoch: number): void => {
  position.planEpoch = planEpoch;
  position.nextChunkNo = 0;
  position.postponed = [];
  run.note({ planEpoch, chunksStaged: 0, rowsRead: 0, rowsRejected: 0, issueCount: 0 });
};

/** False when a rejected row stops the job: at once, unless the columns are to be judged first. */
const stageAll = async (run: ImportRun, position: Position): Promise<boolean> => {
  const chunksLeft = (): boolean => position.postponed.length > 0 || position.nextChunkNo < position.chunkCount;
  if (chunksLeft()) run.enter('staging');
  let rejected = false;
  const stops = (): boolean => position.stopAtFirstReject && rejected;
  while (chunksLeft()) {
    await stageChunks(run, {
      round: position.round, planEpoch: position.planEpoch, look: look(run),
      next: () => nextChunk(position),
      putBack: (chunkNo) => { position.postponed = [...position.postponed, chunkNo]; },
      enough: () => stops() || isLong(),
      rejected: () => { rejected = true; },
    });
    if (stops()) return false;
    await continueWhenLong(run, position);
  }
  return true;
};

const nextChunk = (position: Position): number | null =>
  nextNumber(position, () => position.nextChunkNo < position.chunkCount ? position.nextChunkNo++ : null);

/** PostgreSQL crashed and came back with empty staging: the counts of these chunks stand in the progress already. */
const stageAgain = async (run: ImportRun, position: Position, chunks: readonly number[]): Promise<void> => {
  const before = run.progress;
  run.enter('staging');
  const left = [...chunks];
  await stageChunks(run, {
    round: position.round, planEpoch: position.planEpoch, look: look(run), next: () => left.pop() ?? null, putBack: (chunkNo) => { left.push(chunkNo); }, enough: isLong,
  });
  run.note({ chunksStaged: before.chunksStaged, rowsRead: before.rowsRead, rowsRejected: before.rowsRejected, issueCount: before.issueCount });
};

/** Without a position nothing is planned yet, and the next run begins at the beginning. */
const continueWhenLong = async (run: ImportRun, position: Position | null): Promise<void> => {
  if (!isLong()) return;
  await condition(allHandlersFinished);
  await continueAsNew<typeof importFile>(position === null ? { jobId: run.jobId } : { jobId: run.jobId, resume: { ...position, progress: run.progress } });
};

/** Null when the dataset changed since the draft. Once begun, a commit is not cancelled: it happens or it does not. */
const commit = async (run: ImportRun): Promise<Books | null> => {
  run.beginCommit();
  run.enter('committing');
  const result = await CancellationScope.nonCancellable(async () => commitJob({ jobId: run.jobId }));
  switch (result.kind) {
    case 'committed': return result.books;
    case 'stale': run.endCommit(); return null;
  }
};

const close = async (run: ImportRun, books: Books): Promise<ImportFileResult> => {
  run.enter('closing');
  const { state } = await closeJob({ jobId: run.jobId, books });
  run.noteEnd(state, { books, errorCode: null });
  return { state, books };
};

const end = async (run: ImportRun, ending: Ending): Promise<ImportFileResult> => {
  const { state } = await endJob({ jobId: run.jobId, ...ending });
  run.noteEnd(state, { books: null, errorCode: ending.code });
  if (state === 'failed')
    throw ApplicationFailure.create({ message: 'The job failed; its error code says why.', type: ending.code ?? 'INTERNAL', nonRetryable: true });
  return { state, books: run.progress.books };
};
