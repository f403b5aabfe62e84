/** How many bytes rows have as text, added up, so that a range is asked at once. Of many rows several share a sum. */
const mostSums = 1 << 16;

export class RowSizes {
  private readonly step: number;
  private readonly sums: Float64Array;
  private everyRow = 0;

  constructor(private readonly from: number, private readonly to: number) {
    this.step = Math.max(1, Math.ceil((to - from) / mostSums));
    this.sums = new Float64Array(Math.ceil((to - from) / this.step) + 1);
  }

  addToEach(bytes: number): void { this.everyRow += bytes; }

  add(row: number, bytes: number): void {
    if (row < this.from || row >= this.to) return;
    const at = Math.floor((row - this.from) / this.step) + 1;
    this.sums[at] = (this.sums[at] as number) + bytes;
  }

  /** Evenly among rows, of which some may lie beyond these. */
  spread(first: number, end: number, bytes: number): void {
    const each = bytes / (end - first), last = Math.min(end, this.to);
    for (let row = Math.max(first, this.from); row < last;) {
      const next = Math.min(last, this.from + (Math.floor((row - this.from) / this.step) + 1) * this.step);
      this.add(row, each * (next - row));
      row = next;
    }
  }

  /** All is added. */
  sumUp(): this {
    for (let at = 1; at < this.sums.length; at += 1) this.sums[at] = (this.sums[at] as number) + (this.sums[at - 1] as number);
    return this;
  }

  between(from: number, to: number): number { return this.before(to) - this.before(from); }

  /** Rows from `from` on, and not beyond `to`, that have no more bytes than these. */
  fitting({ from, to }: { readonly from: number; readonly to: number }, bytes: number): number {
    const limit = this.before(from) + bytes;
    let [low, high] = [from, to];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.before(middle) <= limit) low = middle; else high = middle - 1;
    }
    return low - from;
  }

  private before(row: number): number {
    const rows = row - this.from, at = Math.floor(rows / this.step), start = at * this.step;
    const sum = this.sums[at] as number;
    if (rows === start) return sum + rows * this.everyRow;
    const width = Math.min(this.step, this.to - this.from - start);
    return sum + ((this.sums[at + 1] as number) - sum) * (rows - start) / width + rows * this.everyRow;
  }
}
