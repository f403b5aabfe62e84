import { to as copyTo } from 'pg-copy-streams';
import type { EpochKey } from './chunk-key.ts';
import type { Pool } from './connection.ts';
import { databaseErrorOf, toWaybillError } from './database-errors.ts';

/**
 * The key hashes of an epoch's chunks, one chunk at a time; null where a chunk has none. By binary COPY: as text, `bytea` comes in hex, and
 * reading that takes the client five times as long (10 M hashes, thrice: 5 s against 1 s).
 */
export async function* readKeyHashes(pool: Pool, epoch: EpochKey): AsyncGenerator<Buffer | null> {
  const client = await pool.connect().catch((error: unknown) => { throw toWaybillError(error); });
  let finished = false;
  // Without a listener a lost connection ends the process (node-postgres#1942); the stream reports it too.
  const ignore = (): void => undefined;
  client.on('error', ignore);
  try {
    // COPY takes no parameters; these are a UUID and two integers of our own.
    yield* readTuples(client.query(copyTo(
      `copy (select key_hashes from waybill.staged_chunks where job_id = '${epoch.jobId}'::uuid and round = ${epoch.round} and plan_epoch = ${epoch.planEpoch}
       order by chunk_no) to stdout with (format binary)`)));
    finished = true;
  } catch (error) {
    throw databaseErrorOf(error) ?? error;
  } finally {
    client.off('error', ignore);
    // Left in mid-COPY, the connection is of no use to anybody else.
    client.release(!finished);
  }
}

/** Signature (11 bytes), flags, and the length of an extension that no server writes. https://www.postgresql.org/docs/current/sql-copy.html */
const headerBytes = 19;
/** Count of columns (−1 after the last tuple) and length of the only one (−1 for null). */
const tupleHeadBytes = 6;
const endOfTuples = -1;

/** The only column of each tuple of a binary COPY. */
async function* readTuples(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  const unread = new UnreadBytes();
  let headerRead = false;
  for await (const part of parts) {
    unread.push(part);
    if (!headerRead) {
      if (unread.length < headerBytes) continue;
      unread.take(headerBytes);
      headerRead = true;
    }
    for (;;) {
      const head = unread.peek(tupleHeadBytes);
      if (head === null || head.readInt16BE(0) === endOfTuples) break;
      const length = head.readInt32BE(2);
      if (unread.length < tupleHeadBytes + Math.max(0, length)) break;
      unread.take(tupleHeadBytes);
      yield length < 0 ? null : unread.take(length);
    }
  }
}

/** Parts of a stream until enough of them are there; each byte is copied once, however many parts a tuple takes. */
class UnreadBytes {
  private parts: Buffer[] = [];
  length = 0;

  push(part: Buffer): void {
    this.parts.push(part);
    this.length += part.length;
  }

  /** Null while fewer bytes are there. */
  peek(bytes: number): Buffer | null {
    if (this.length < bytes) return null;
    if ((this.parts[0]?.length ?? 0) < bytes) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0]?.subarray(0, bytes) ?? null;
  }

  take(bytes: number): Buffer {
    const whole = this.parts.length === 1 ? this.parts[0] ?? Buffer.alloc(0) : Buffer.concat(this.parts);
    this.parts = bytes === whole.length ? [] : [whole.subarray(bytes)];
    this.length -= bytes;
    return whole.subarray(0, bytes);
  }
}
