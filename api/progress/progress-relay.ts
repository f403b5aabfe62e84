/**
 * Who looks on at jobs (design 10.16). One relay a job however many subscribers; one question in flight; it asks again when something was
 * notified meanwhile. No timer moves progress: the only clock looks whether a silent job still has a worker.
 */
import { isFinal } from '../../contracts/job-states.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import { LatestValue } from './latest-value.ts';
import { mergeProgress, neverBackwards, showsChange } from './merge-progress.ts';

export interface ProgressSources {
  /** What the database says; null: no such job. */
  readonly readLedger: (jobId: string) => Promise<JobProgress | null>;
  /** The workflow's answer, bounded; null: no worker answered. */
  readonly askWorkflow: (jobId: string) => Promise<JobProgress | null>;
  readonly hear: (jobId: string, onJob: (jobId: string) => void) => () => void;
  readonly onError: (error: unknown) => void;
}

export interface RelayTimes {
  /** A job without news for this long is asked whether it has a worker. */
  readonly silenceMs: number;
  /** Least time between two events of a job. */
  readonly spacingMs: number;
}
const defaultTimes: RelayTimes = { silenceMs: 2_000, spacingMs: 100 };

class JobRelay {
  readonly subscribers = new Set<LatestValue<JobProgress>>();
  private last: JobProgress | null = null;
  private asking = false;
  private askAgain = false;
  private closed = false;
  private readonly stopHearing: () => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly jobId: string, private readonly sources: ProgressSources, private readonly times: RelayTimes, private readonly onEmpty: () => void) {
    this.stopHearing = sources.hear(jobId, () => { this.poke(); });
  }

  add(): LatestValue<JobProgress> {
    const subscriber: LatestValue<JobProgress> = new LatestValue(() => { this.remove(subscriber); });
    this.subscribers.add(subscriber);
    if (this.last !== null) subscriber.set(this.last);
    this.poke();
    return subscriber;
  }

  poke(): void {
    if (this.closed) return;
    if (this.asking) { this.askAgain = true; return; }
    this.asking = true;
    if (this.timer !== null) clearTimeout(this.timer);
    void this.ask();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.stopHearing();
    if (this.timer !== null) clearTimeout(this.timer);
    for (const subscriber of this.subscribers) subscriber.end();
    this.subscribers.clear();
    this.onEmpty();
  }

  private async ask(): Promise<void> {
    const started = Date.now();
    this.askAgain = false;
    try {
      const ledger = await this.sources.readLedger(this.jobId);
      if (ledger === null) { this.close(); return; }
      const workflow = isFinal(ledger.state) ? null : await this.sources.askWorkflow(this.jobId);
      this.tell(mergeProgress(ledger, workflow));
    } catch (error) {
      // The database is away: the picture stays, and the clock asks again.
      this.sources.onError(error);
    }
    if (this.closed) return;
    this.next(this.askAgain ? Math.max(0, this.times.spacingMs - (Date.now() - started)) : null);
  }

  /** A notification that came while asking is answered after the spacing; else only silence makes the relay ask. */
  private next(againMs: number | null): void {
    const go = (): void => { this.asking = false; this.poke(); };
    if (againMs === null) this.asking = false;
    this.timer = setTimeout(go, againMs ?? this.times.silenceMs);
    this.timer.unref();
  }

  private tell(fresh: JobProgress): void {
    if (this.closed) return;
    const next = neverBackwards(this.last, fresh);
    if (showsChange(this.last, next)) for (const subscriber of this.subscribers) subscriber.set(next);
    this.last = next;
    if (isFinal(next.state)) this.close();
  }

  private remove(subscriber: LatestValue<JobProgress>): void {
    this.subscribers.delete(subscriber);
    if (this.subscribers.size === 0) this.close();
  }
}

export class ProgressRelay {
  private readonly relays = new Map<string, JobRelay>();
  constructor(private readonly sources: ProgressSources, private readonly times: RelayTimes = defaultTimes) {}

  /** First a snapshot, then changes, then the end after a final state. */
  subscribe(jobId: string): AsyncIterableIterator<JobProgress> {
    const relay = this.relays.get(jobId) ?? this.open(jobId);
    return relay.add();
  }

  get relayCount(): number { return this.relays.size; }
  subscriberCount(jobId: string): number { return this.relays.get(jobId)?.subscribers.size ?? 0; }

  close(): void { for (const relay of [...this.relays.values()]) relay.close(); }

  private open(jobId: string): JobRelay {
    const relay: JobRelay = new JobRelay(jobId, this.sources, this.times, () => { if (this.relays.get(jobId) === relay) this.relays.delete(jobId); });
    this.relays.set(jobId, relay);
    return relay;
  }
}
