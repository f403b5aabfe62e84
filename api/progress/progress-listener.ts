/**
 * One LISTEN connection a process. Promises: it comes back by itself after any loss, and then says that everything may have changed,
 * because notifications that fell into the gap are gone.
 */
import pg from 'pg';
import { progressChannel } from '../../contracts/ids.ts';
import type { ApiLogger } from '../logger.ts';

export interface ProgressListenerOptions {
  readonly clientConfig: pg.ClientConfig;
  readonly log: ApiLogger;
  readonly retryMs?: number;
}

type OnJob = (jobId: string) => void;

export class ProgressListener {
  private client: pg.Client | null = null;
  private closed = false;
  private retry: NodeJS.Timeout | null = null;
  private readonly onJob = new Map<string, OnJob>();
  private readonly options: ProgressListenerOptions;
  constructor(options: ProgressListenerOptions) { this.options = options; }

  /** One ear a job: the job's relay. */
  hear(jobId: string, onJob: OnJob): () => void {
    this.onJob.set(jobId, onJob);
    return () => { if (this.onJob.get(jobId) === onJob) this.onJob.delete(jobId); };
  }

  get earCount(): number { return this.onJob.size; }
  get isListening(): boolean { return this.client !== null; }

  async start(): Promise<void> {
    const client = new pg.Client(this.options.clientConfig);
    let lost = false;
    const lose = (): void => {
      if (lost) return;
      lost = true;
      if (this.client === client) this.client = null;
      client.end().catch(() => undefined);
      this.startLater();
    };
    client.on('error', lose);
    client.on('end', lose);
    client.on('notification', ({ payload }) => { if (payload !== undefined) this.onJob.get(payload)?.(payload); });
    try {
      await client.connect();
      await client.query(`listen ${progressChannel}`);
    } catch {
      lose();
      return;
    }
    if (this.closed || lost) { await client.end().catch(() => undefined); return; }
    this.client = client;
    for (const [jobId, onJob] of this.onJob) onJob(jobId);
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.retry !== null) clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private startLater(): void {
    if (this.closed) return;
    this.options.log.warn('the connection that listens for progress was lost; it is opened again');
    this.retry = setTimeout(() => { void this.start(); }, this.options.retryMs ?? 500);
    this.retry.unref();
  }
}
