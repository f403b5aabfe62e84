import xz from 'xz-decompress';
import { cutOff, damaged } from './unpacking-error.ts';

/** Results of xz-embedded (xz.h): it takes dictionaries of up to 64 MiB, LZMA2 alone, and checks CRC-32 and CRC-64. */
const faults: Readonly<Record<string, string>> = { 3: 'xz-memory', 4: 'xz-dictionary', 5: 'xz-header', 6: 'xz-options', 7: 'xz-data' };
const endMissing = '8';

/** xz, all streams of it and the padding between them. Throws FILE_CUT_OFF and FILE_UNPACKING_FAILED. */
export async function* unxz(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = new Input(packed);
  const reader = new xz.XzReadableStream(input.stream).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw input.failure ?? unpackingError(error, input.ended);
  } finally {
    // Also the turn of the next: the library unpacks one at a time. Of a stream that failed there is nothing to give back.
    await reader.cancel().catch(() => undefined);
    await input.close();
  }
}

/** The packed bytes as the library takes them. */
class Input {
  /** What the source itself could not do. */
  failure: unknown = null;
  ended = false;
  readonly stream: ReadableStream<Uint8Array>;
  private readonly pieces: AsyncIterator<Uint8Array>;

  constructor(packed: AsyncIterable<Uint8Array>) {
    this.pieces = packed[Symbol.asyncIterator]();
    this.stream = new ReadableStream<Uint8Array>({ pull: (controller) => this.pull(controller) }, { highWaterMark: 0 });
  }

  async close(): Promise<void> { await this.pieces.return?.(); }

  private async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const next = await this.pieces.next();
        if (next.done === true) {
          this.ended = true;
          controller.close();
          return;
        }
        if (next.value.length > 0) {
          controller.enqueue(next.value);
          return;
        }
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

/** Asked for more than there is, the library fails by a result or, where it holds nothing, by a TypeError. */
const unpackingError = (error: unknown, ended: boolean): unknown => {
  if (ended && error instanceof TypeError) return cutOff();
  const result = /error code (\d+)$/.exec(error instanceof Error ? error.message : '')?.[1];
  if (result === undefined) return error;
  return result === endMissing ? cutOff() : damaged(faults[result] ?? 'xz');
};
