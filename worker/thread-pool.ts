/**
 * A fixed number of parsing threads, one task each; further tasks wait in turn. A thread that dies (a crash of the runtime, memory) fails its
 * task and is replaced, so that a parser's death does not take the worker down.
 */
import { Worker } from 'node:worker_threads';
import { WaybillError } from '../contracts/errors.ts';
import type { ThreadAnswer, ThreadData, ThreadRequest, ThreadTask } from './thread-messages.ts';

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

export class ThreadPool {
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  private readonly waiting: Pending[] = [];
  private nextId = 1;
  private closed = false;

  constructor(private readonly entry: URL, private readonly data: ThreadData, size: number) {
    for (let index = 0; index < size; index += 1) this.start();
  }

  async run(task: ThreadTask, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ task, signal, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.all].map(async (thread) => thread.terminate()));
  }

  private start(): void {
    const thread = new Worker(this.entry, { workerData: this.data, resourceLimits: heapOfThread });
    // What a thread says out of turn (it has no task then) must not end the process.
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      this.all.delete(thread);
      const at = this.idle.indexOf(thread);
      if (at >= 0) this.idle.splice(at, 1);
      if (!this.closed) { this.start(); this.next(); }
    });
    this.all.add(thread);
    this.idle.push(thread);
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
    const onAnswer = (answer: ThreadAnswer): void => {
      settle();
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

const errorOf = ({ code, message, place }: NonNullable<ThreadAnswer['failure']>): Error =>
  code === null ? new ThreadDefect(message, (place['frames'] as readonly string[] | undefined) ?? []) : new WaybillError(code, message, place);
