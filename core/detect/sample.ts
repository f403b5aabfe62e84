/** A piece of the source, at its place: the start (256 KiB or more, and the whole header), the middle, the end. */
export interface Sample {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A sample as UTF-8 text that begins with a line. */
export interface Segment {
  readonly bytes: Uint8Array;
  /** False when the file goes on behind it, so that its last record may be cut. */
  readonly complete: boolean;
}

/** In order, without overlaps (the samples of a small file may lie on one another). */
export function orderSamples(samples: readonly Sample[]): readonly Sample[] {
  const ordered: Sample[] = [];
  let reached = 0;
  for (const sample of [...samples].sort((a, b) => a.offset - b.offset)) {
    const skip = Math.max(0, reached - sample.offset);
    if (skip >= sample.bytes.length) continue;
    const last = ordered.at(-1);
    if (skip > 0 && last !== undefined && reached >= sample.offset) ordered.push({ offset: reached, bytes: sample.bytes.subarray(skip) });
    else ordered.push(sample);
    reached = sample.offset + sample.bytes.length;
  }
  return ordered;
}
