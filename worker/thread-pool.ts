/**
 * A fixed number of parsing threads, one task each; further tasks wait in turn. A thread that dies (a crash of the runtime, memory) fails its
 * task and is replaced, so that a parser's death does not take the worker down. When threads only die, and none has finished a task in between,
 * each is replaced after a longer pause, and what waits is told: another worker may be able to do it.
 */
import { Worker } from 'node:worker_threads';
import { WaybillError } from '../contracts/errors.ts';
import { threadReady } from './thread-messages.ts';
import type { ThreadAnswer, ThreadData, ThreadMessage, ThreadRequest, ThreadTask } from './thread-messages.ts';

interface Pending {
  readonly task: ThreadTask;
  readonly signal: AbortSignal;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A defect inside a thread; its place is the stack's frames, which hold no value. */
export class ThreadDefect extends Error {
  override readonly name = 'ThreadDefect';
  constructor(message: string, frames: readonly string[]) {
    super(message);
    this.stack = [`ThreadDefect: ${message}`, ...frames].join('\n');
  }
}

/**
 * Left to itself a thread's heap grows with the machine's memory before it is collected. A chunk's findings take 100 MB at most (plan-chunks.ts),
 * a rejected record of 64 MiB as many again for its hexadecimal form.
 */
const heapOfThread = { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 16 } as const;

/** So many deaths in a row, and the threads count as broken. The first replacement comes at once, the next ones after 0.1 s, 0.2 s … 30 s. */
const mostDeaths = 5;
const pauseMs = { first: 100, longest: 30_000 } as const;

export class ThreadPool {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  /** Threads that said that they can work. */
  private readonly ready = new Set<Worker>();
  private readonly waiting: Pending[] = [];
  private readonly replacements = new Set<NodeJS.Timeout>();
  /** Since a task was finished. */
  private deaths = 0;
  private lastDeath = '';
  private nextId = 1;
  private closed = false;

  constructor(private readonly entry: URL, private readonly data: ThreadData, size: number) {
    for (let index = 0; index < size; index += 1) this.start();
  }

  async run(task: ThreadTask, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, signal, resolve, reject });
      this.next();
      this.refuseWhenBroken();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.replacements) clearTimeout(timer);
    await Promise.all([...this.all].map(async (thread) => thread.terminate()));
  }

  private start(): void {
    const thread = new Worker(this.entry, { workerData: this.data, resourceLimits: heapOfThread });
    // What a thread dies of must not end the process; of its words only the code is kept.
    thread.on('error', (error: unknown) => { this.lastDeath = codeOf(error); });
    thread.once('message', () => {
      this.ready.add(thread);
      this.idle.push(thread);
      this.next();
    });
    thread.once('exit', () => { this.bury(thread); });
    this.all.add(thread);
  }

  private bury(thread: Worker): void {
    this.all.delete(thread);
    this.ready.delete(thread);
    const at = this.idle.indexOf(thread);
    if (at >= 0) this.idle.splice(at, 1);
    if (this.closed) return;
    this.deaths += 1;
    this.replaceLater();
    this.refuseWhenBroken();
  }

  private replaceLater(): void {
    const delay = this.deaths === 1 ? 0 : Math.min(pauseMs.first * 2 ** (this.deaths - 2), pauseMs.longest);
    const timer = setTimeout(() => { this.replacements.delete(timer); this.start(); }, delay);
    this.replacements.add(timer);
  }

  /** What waits is not kept for threads that do not come up; the engine tries it again, here or with another worker. */
  private refuseWhenBroken(): void {
    if (this.deaths < mostDeaths || this.ready.size > 0) return;
    const place = { deaths: this.deaths, ...(this.lastDeath === '' ? {} : { error: this.lastDeath }) };
    for (const { reject } of this.waiting.splice(0)) reject(new WaybillError('WORKER_BROKEN', 'The parsing threads of the worker die as soon as they start.', place));
  }

  private next(): void {
    const pending = this.waiting[0];
    if (pending === undefined) return;
    const thread = this.idle.pop();
    if (thread === undefined) return;
    this.waiting.shift();
    this.perform(thread, pending);
  }

  private perform(thread: Worker, { task, signal, resolve, reject }: Pending): void {
    const id = this.nextId++;
    const abort = (): void => { thread.postMessage({ kind: 'abort', id } satisfies ThreadRequest); };
    const settle = (): void => {
      thread.off('message', onAnswer);
      thread.off('exit', onExit);
      signal.removeEventListener('abort', abort);
    };
    const onExit = (): void => { settle(); reject(new ThreadDefect('A parsing thread ended in mid task.', [])); };
    const onAnswer = (answer: ThreadMessage): void => {
      if (answer === threadReady) return;
      settle();
      this.deaths = 0;
      this.idle.push(thread);
      if (answer.failure === null) resolve(answer.result); else reject(errorOf(answer.failure));
      this.next();
    };
    thread.on('message', onAnswer);
    thread.on('exit', onExit);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    thread.postMessage({ kind: 'run', id, task } satisfies ThreadRequest);
  }
}

/** `ERR_WORKER_OUT_OF_MEMORY`, `ERR_MODULE_NOT_FOUND`, else the error's name. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
};

const errorOf = ({ code, message, place }: NonNullable<ThreadAnswer['failure']>): Error =>
  code === null ? new ThreadDefect(message, (place['frames'] as readonly string[] | undefined) ?? []) : new WaybillError(code, message, place);
