/**
 * An async iterator that holds one value: a slow reader gets the newest, never a queue. A plain object and not a generator, because
 * `return` of a generator that waits is not heard until its wait is over, and a client that left would be kept.
 */
export class LatestValue<Value> implements AsyncIterableIterator<Value> {
  private held: { readonly value: Value } | null = null;
  private ended = false;
  private waiting: ((result: IteratorResult<Value>) => void) | null = null;
  constructor(private readonly onReturn: () => void) {}

  set(value: Value): void {
    if (this.ended) return;
    const { waiting } = this;
    this.waiting = null;
    if (waiting === null) this.held = { value }; else waiting({ done: false, value });
  }

  /** After what is held, nothing more. */
  end(): void {
    this.ended = true;
    this.waiting?.({ done: true, value: undefined });
    this.waiting = null;
  }

  next(): Promise<IteratorResult<Value>> {
    const { held } = this;
    this.held = null;
    if (held !== null) return Promise.resolve({ done: false, value: held.value });
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => { this.waiting?.({ done: true, value: undefined }); this.waiting = resolve; });
  }

  return(): Promise<IteratorResult<Value>> {
    this.held = null;
    this.end();
    this.onReturn();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(): Promise<IteratorResult<Value>> { return this.return(); }
  [Symbol.asyncIterator](): this { return this; }
}
