const mostMs = 20;

/** Work on data that lies ready awaits nothing that is not there yet: heartbeats, signals and other requests have their turn here. */
export class Breath {
  private since = performance.now();

  /** Null: not yet. */
  taken(): Promise<void> | null { return performance.now() - this.since < mostMs ? null : this.take(); }

  private async take(): Promise<void> {
    await new Promise((resolve) => { setImmediate(resolve); });
    this.since = performance.now();
  }
}
