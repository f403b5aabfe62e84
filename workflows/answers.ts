/**
 * A durable wait for a person: the question and the answer stand in the database; the workflow is told by an Update that there is one, looks
 * now and then whether an Update was lost, reminds, and gives up at last. While the job is paused it does neither, and the time of the pause is
 * given on top. Nothing of the mapping passes through here.
 */
import { allHandlersFinished, ApplicationFailure, condition, continueAsNew, defineUpdate, patched, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/create-activities.ts';
import type { JobWishes } from '../activities/read-job-wishes.ts';
import type { QuestionWait } from '../contracts/job-question.ts';
import { confirmMappingUpdate } from '../contracts/workflow-messages.ts';
import type { AnswerMessage, ImportFileInput, WaitingCursor } from '../contracts/workflow-messages.ts';
import { activityOptions, answerLookMs } from './activity-options.ts';
import type { ImportRun } from './import-run.ts';

const { readJobWishes, remindOperator, expireQuestion, readQuestion } = proxyActivities<ControlActivities>(activityOptions.quick);
const confirmMapping = defineUpdate<null, [AnswerMessage]>(confirmMappingUpdate);

type Waiting = Pick<WaitingCursor, 'question' | 'reminded'>;

export class Answers {
  /** Number of the newest question of which an answer is known to stand. */
  private answered = 0;
  constructor(private readonly run: ImportRun) {}

  /** The answer stands before the Update is sent, so it may come before the step that asked has reported. */
  installHandler(): void {
    setHandler(confirmMapping, ({ questionNo }: AnswerMessage) => { this.note(questionNo); return null; }, {
      validator: (_message: AnswerMessage): void => {
        if (!['received', 'detecting', 'awaiting_mapping'].includes(this.run.progress.state))
          throw ApplicationFailure.create({ message: 'The job does not wait for a mapping.', type: 'JOB_STATE', nonRetryable: true });
      },
    });
  }

  /** Returns when the question is answered; throws when nobody does, or the job is cancelled. */
  async waitFor({ question, reminded }: Waiting): Promise<void> {
    this.run.enter('awaiting_mapping');
    // A run of before goes on as it began: its clock does not stop.
    const stops = patched('pause-stops-the-clock');
    const isAnswered = (): boolean => this.answered >= question.no;
    const isPaused = (): boolean => stops && this.run.progress.paused;
    for (let lookMs: number = answerLookMs.first; ; lookMs = Math.min(lookMs * 2, answerLookMs.longest)) {
      if (isPaused()) {
        question = await this.standStill(question);
        if (isAnswered()) return;
        await this.continueWhenLong({ question, reminded });
        continue;
      }
      const remindAt = reminded < question.reminders ? question.since + (reminded + 1) * question.remindEveryMs : Infinity;
      const wakeAt = Math.min(remindAt, question.expiresAt, Date.now() + lookMs);
      const woken = await condition(() => isAnswered() || isPaused(), Math.max(1, wakeAt - Date.now()));
      if (woken && isAnswered()) return;
      if (woken) continue;
      if (Date.now() >= question.expiresAt) {
        const moved = await this.expire(question, stops);
        if (moved === null) return;
        question = moved;
        await this.look();
      } else if (Date.now() >= remindAt) {
        reminded += 1;
        await remindOperator({ jobId: this.run.jobId, questionNo: question.no, reminder: reminded });
      } else await this.look();
      await this.continueWhenLong({ question, reminded });
    }
  }

  private note(questionNo: number): void { this.answered = Math.max(this.answered, questionNo); }

  /** Until it is resumed, or so long that another run is to wait on. The database knows how long that was, also while no worker ran. */
  private async standStill(question: QuestionWait): Promise<QuestionWait> {
    await this.run.whenRunning(async () => this.readWishes(), () => this.answered >= question.no || workflowInfo().continueAsNewSuggested);
    return (await readQuestion({ jobId: this.run.jobId })).question ?? question;
  }

  private look(): Promise<unknown> { return this.run.heed(async () => this.readWishes(), (wishes) => wishes); }

  private async readWishes(): Promise<JobWishes> {
    const wishes = await readJobWishes({ jobId: this.run.jobId });
    this.note(wishes.answered ?? 0);
    return wishes;
  }

  /** The database decides between an answer or a pause of the last moment and the end. Null: it is answered. */
  private async expire({ no, expiresAt }: QuestionWait, stops: boolean): Promise<QuestionWait | null> {
    const { answered, question } = await expireQuestion({ jobId: this.run.jobId, questionNo: no, ...(stops ? { expiresAt } : {}) });
    if (answered) return null;
    if (question !== undefined) return question;
    throw ApplicationFailure.create({ message: 'Nobody answered in time.', type: 'MAPPING_UNANSWERED', nonRetryable: true });
  }

  private async continueWhenLong(waiting: Waiting): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested || this.answered >= waiting.question.no) return;
    await condition(allHandlersFinished);
    const { jobId, progress } = this.run;
    await continueAsNew<(input: ImportFileInput) => Promise<unknown>>({ jobId, waiting: { ...waiting, progress } });
  }
}
