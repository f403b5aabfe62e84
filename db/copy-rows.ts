/**
 * COPY into a table, fed in pieces: the next piece is made while the database digests the last. When the database refuses a value, the
 * place is taken from the error's context and nothing else of it is kept (its other parts repeat the value: design 10.12).
 */
import { once } from 'node:events';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { CopyStreamQuery } from 'pg-copy-streams';

/** A value that the column's type does not accept. `line` counts the COPY's lines from 1. */
export interface RefusedValue {
  readonly line: number;
  /** Column of the staging table, or null when the whole line is meant. */
  readonly column: string | null;
}

/**
 * @param pieces COPY text. The next piece is asked for while the last is being sent, so a producer that re-uses memory needs two
 * buffers in turn, each of at least 64 KiB but for the last piece (smaller ones may still wait in the socket when they are overwritten).
 */
export const copyRows = async (tx: PoolClient, into: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> => {
  const stream = tx.query(copyFrom(`copy ${into} from stdin`));
  const refused = new Promise<never>((_, reject) => { stream.once('error', reject); });
  refused.catch(() => undefined);
  const sent = async (piece: Uint8Array): Promise<void> => new Promise((resolve) => { stream.write(piece, () => { resolve(); }); });
  let sending = Promise.resolve();
  try {
    for await (const piece of pieces) {
      await Promise.race([sending, refused]);
      sending = sent(piece);
    }
  } catch (error) {
    if (!isDatabaseError(error)) await abandon(stream);
    throw error;
  }
  stream.end();
  await Promise.race([once(stream, 'finish'), refused]);
  return stream.rowCount;
};

/** The producer failed: tells the database to forget the COPY and waits until the connection can be used again. */
const abandon = async (stream: CopyStreamQuery): Promise<void> => {
  const closed = once(stream, 'close').catch(() => undefined);
  stream.destroy();
  await closed;
};

const refusals = /^(22|23)/;
const place = /^COPY [^,]+, line (\d+)(?:, column ("?)(.+?)\2)?(?::|$)/;

/** The refused value when `error` is PostgreSQL's refusal of one COPY line, else null. */
export const refusedValueOf = (error: unknown): RefusedValue | null => {
  if (!isDatabaseError(error) || !refusals.test(error.code)) return null;
  const found = place.exec(error.where ?? '');
  return found === null ? null : { line: Number(found[1]), column: found[3] ?? null };
};

const isDatabaseError = (error: unknown): error is { readonly code: string; readonly where?: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';
