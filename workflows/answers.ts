/**
 * A durable wait for a person: the question and the answer stand in the database; the workflow is told by an Update that there is one, looks
 * now and then whether an Update was lost, reminds, and gives up at last. Nothing of the mapping passes through here.
 */
import { allHandlersFinished, ApplicationFailure, condition, continueAsNew, defineUpdate, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/create-activities.ts';
import type { QuestionWait } from '../contracts/job-question.ts';
import { confirmMappingUpdate } from '../contracts/workflow-messages.ts';
import type { AnswerMessage, ImportFileInput, WaitingCursor } from '../contracts/workflow-messages.ts';
import { activityOptions, answerLookMs } from './activity-options.ts';
import type { ImportRun } from './import-run.ts';

const { readJobWishes, remindOperator, expireQuestion } = proxyActivities<ControlActivities>(activityOptions.quick);
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

  /** Returns when the question is answered; throws when nobody does, or the job is cancelled. A pause does not stop the clock. */
  async waitFor({ question, reminded }: Waiting): Promise<void> {
    this.run.enter('awaiting_mapping');
    for (let lookMs: number = answerLookMs.first; ; lookMs = Math.min(lookMs * 2, answerLookMs.longest)) {
      const remindAt = reminded < question.reminders ? question.since + (reminded + 1) * question.remindEveryMs : Infinity;
      const wakeAt = Math.min(remindAt, question.expiresAt, Date.now() + lookMs);
      if (await condition(() => this.answered >= question.no, Math.max(1, wakeAt - Date.now()))) return;
      if (Date.now() >= question.expiresAt) return this.expire(question);
      if (Date.now() >= remindAt) {
        reminded += 1;
        await remindOperator({ jobId: this.run.jobId, questionNo: question.no, reminder: reminded });
      } else await this.look();
      await this.continueWhenLong({ question, reminded });
    }
  }

  private note(questionNo: number): void { this.answered = Math.max(this.answered, questionNo); }

  private look(): Promise<unknown> {
    return this.run.heed(async () => {
      const wishes = await readJobWishes({ jobId: this.run.jobId });
      this.note(wishes.answered ?? 0);
      return wishes;
    }, (wishes) => wishes);
  }

  /** The database decides between an answer of the last moment and the end. */
  private async expire({ no }: QuestionWait): Promise<void> {
    const { answered } = await expireQuestion({ jobId: this.run.jobId, questionNo: no });
    if (!answered) throw ApplicationFailure.create({ message: 'Nobody answered in time.', type: 'MAPPING_UNANSWERED', nonRetryable: true });
  }

  private async continueWhenLong(waiting: Waiting): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested || this.answered >= waiting.question.no) return;
    await condition(allHandlersFinished);
    const { jobId, progress } = this.run;
    await continueAsNew<(input: ImportFileInput) => Promise<unknown>>({ jobId, waiting: { ...waiting, progress } });
  }
}
