/**
 * `COPY … TO STDOUT` in large batches of whole lines. Parsed here from the socket's bytes, because each row is a message of its own
 * ("COPY Operations" of the protocol: of the server's messages each is one row), and taking messages singly costs more than the rest.
 */
import type pg from 'pg';
import type { Queryable } from './connection.ts';

/** To be used before the next is asked for: its memory is filled again then. */
export interface CopiedLines { readonly lines: Buffer; readonly rows: number }

const copyData = 0x64, copyDone = 0x63, errorResponse = 0x45;
const headerBytes = 5;
const batchBytes = 256 * 1024;
/** Batches that wait; then the socket is left alone until one is taken. */
const mostWaiting = 4;

type Socket = pg.Connection['stream'];
type OnData = (bytes: Buffer) => void;

class CopyOutQuery {
  private socket: Socket | null = null;
  private ofTheClient: OnData | null = null;
  private rest: Buffer[] = [];
  private restBytes = 0;
  private needed = headerBytes;
  private batch: Buffer = Buffer.allocUnsafeSlow(batchBytes);
  private filled = 0;
  private rows = 0;
  private readonly waiting: CopiedLines[] = [];
  /** Memory of batches that were used: fresh memory for each costs more in page faults and collections than reading (1 M rows: 0.2 s). */
  private readonly spare: Buffer[] = [];
  private discards = false;
  private ended = false;
  private failure: Error | null = null;
  private wake: () => void = () => undefined;
  private readonly onData: OnData = (bytes) => { this.take(bytes); };

  constructor(private readonly sql: string) {}

  /** pg gives the connection here; its own reader comes back when the copy is over. */
  submit(connection: pg.Connection): void {
    this.socket = connection.stream;
    this.ofTheClient = this.socket.listeners('data')[0] as OnData;
    this.socket.removeListener('data', this.ofTheClient);
    this.socket.on('data', this.onData);
    connection.query(this.sql);
  }

  handleError(error: Error): void { this.failure = error; this.end(); }
  handleCommandComplete(): void { /* the rows were counted */ }
  handleReadyForQuery(): void { this.end(); }

  /** A copy that nobody reads to its end blocks its connection for good: what is left is read and thrown away. */
  async *batches(): AsyncGenerator<CopiedLines, void, undefined> {
    try {
      for (;;) {
        const next = this.waiting.shift();
        if (next !== undefined) {
          this.socket?.resume();
          yield next;
          this.keep(next.lines);
          continue;
        }
        if (this.failure !== null) throw this.failure;
        if (this.ended) return;
        await this.more();
      }
    } finally {
      this.discards = true;
      this.waiting.length = 0;
      this.socket?.resume();
      while (!this.ended) await this.more();
    }
  }

  private keep(lines: Buffer): void {
    if (lines.buffer.byteLength === batchBytes) this.spare.push(Buffer.from(lines.buffer));
  }

  private more(): Promise<void> {
    return new Promise((resolve) => { this.wake = resolve; });
  }

  private end(): void {
    this.ended = true;
    this.giveBack(null);
    this.wake();
  }

  private giveBack(bytes: Buffer | null): void {
    const { socket, ofTheClient } = this;
    if (socket === null || ofTheClient === null) return;
    this.ofTheClient = null;
    socket.removeListener('data', this.onData);
    socket.on('data', ofTheClient);
    if (bytes !== null && bytes.length > 0) ofTheClient(bytes);
    socket.resume();
  }

  private take(bytes: Buffer): void {
    this.rest.push(bytes);
    this.restBytes += bytes.length;
    if (this.restBytes < this.needed) return;
    const [only] = this.rest;
    this.parse(this.rest.length === 1 && only !== undefined ? only : Buffer.concat(this.rest));
  }

  private parse(bytes: Buffer): void {
    let at = 0;
    this.needed = headerBytes;
    while (at + headerBytes <= bytes.length) {
      const code = bytes[at];
      const next = at + 1 + bytes.readUInt32BE(at + 1);
      if (code === errorResponse) return this.finish(bytes.subarray(at));
      if (next > bytes.length) { this.needed = next - at; break; }
      if (code === copyDone) return this.finish(bytes.subarray(next));
      if (code === copyData) this.row(bytes, at + headerBytes, next);
      at = next;
    }
    this.rest = at < bytes.length ? [bytes.subarray(at)] : [];
    this.restBytes = bytes.length - at;
  }

  private row(bytes: Buffer, start: number, end: number): void {
    if (this.discards) return;
    const length = end - start;
    if (this.filled + length > this.batch.length) {
      this.flush();
      if (length > this.batch.length) this.batch = Buffer.allocUnsafeSlow(length);
    }
    bytes.copy(this.batch, this.filled, start, end);
    this.filled += length;
    this.rows += 1;
  }

  private flush(): void {
    if (this.rows === 0) return;
    this.waiting.push({ lines: this.batch.subarray(0, this.filled), rows: this.rows });
    [this.batch, this.filled, this.rows] = [this.spare.pop() ?? Buffer.allocUnsafeSlow(batchBytes), 0, 0];
    if (this.waiting.length >= mostWaiting) this.socket?.pause();
    this.wake();
  }

  private finish(rest: Buffer): void {
    this.flush();
    this.giveBack(rest);
  }
}

/** The connection is free again when the batches have ended, however they did. */
export const copyOut = (tx: Queryable, sql: string): AsyncIterable<CopiedLines> => tx.query(new CopyOutQuery(sql) as unknown as pg.Submittable & CopyOutQuery).batches();
