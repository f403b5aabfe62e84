/**
 * SheetJS keeps the borders between the records that a long table of texts goes on in as `lens` of its buffer, and looks for each character
 * of each text among all of them: 32 s for 790,000 texts of a file of 28 MB, of which 29 s here. While it reads, `lens` is a list that knows
 * its order.
 */
const kept = Symbol('borders');
interface Bordered { [kept]?: RecordBorders }

/** As much of an array as the parser asks for; places come in their order. */
export class RecordBorders {
  private readonly places: number[] = [];

  push(place: number): void { this.places.push(place); }

  indexOf(place: number): number {
    const { places } = this;
    let low = 0, high = places.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1, found = places[middle] as number;
      if (found === place) return middle;
      if (found < place) low = middle + 1; else high = middle - 1;
    }
    return -1;
  }
}

/** Not for work that waits: other buffers have it meanwhile. */
export const withRecordBorders = <Result>(read: () => Result): Result => {
  Object.defineProperty(Buffer.prototype as object, 'lens', {
    configurable: true,
    get(this: Bordered) { return this[kept]; },
    set(this: Bordered) { this[kept] = new RecordBorders(); },
  });
  try { return read(); } finally { Reflect.deleteProperty(Buffer.prototype as object, 'lens'); }
};
