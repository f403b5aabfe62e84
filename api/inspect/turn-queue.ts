/** So many at once, the others in the order in which they came: what each may take of memory is bounded, and so is what all of them do. */
export class TurnQueue {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly most: number) {}

  async run<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.running >= this.most) await new Promise<void>((resolve) => { this.waiting.push(resolve); });
    else this.running += 1;
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place goes to the next one, so that nobody slips in between.
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
