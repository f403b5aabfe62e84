/**
 * Where bytes live. One small interface, so that a folder today and a bucket tomorrow look the same to everybody. Promises: what
 * `write` returned for is whole and survives a crash; a reader never sees half an object; no key leaves the storage's root.
 */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Length and time of the last change: with another one, the bytes may be others. */
export const versionOf = ({ bytes, modifiedAt }: StoredObject): string => `${bytes} ${modifiedAt.toISOString()}`;

export interface WriteOptions {
  /** False: not waited for until it is on the disk. A crash of the machine may tear it, so its owner checks it and can make it again. */
  readonly durable?: boolean;
}

export interface Storage {
  /** Null when nothing has this key. */
  stat(key: string): Promise<StoredObject | null>;
  /** Pieces of about 1 MiB, from `start` to before `endExclusive` (default: the end). FILE_MISSING when nothing has the key. */
  read(key: string, start?: number, endExclusive?: number): AsyncIterable<Uint8Array>;
  /** Pieces of the whole object, as {@link read}, each to be used before the next is asked for: its memory is filled again then. */
  scan(key: string): AsyncIterable<Uint8Array>;
  /** The range as one buffer; shorter only where the object ends before. */
  readRange(key: string, start: number, endExclusive: number): Promise<Buffer>;
  /** Fills `target` from `start`; returns how many bytes there were. */
  readInto(key: string, start: number, target: Uint8Array): Promise<number>;
  /** Whole or not at all; replaces what had the key. A piece's memory may be used again when the next is asked for. */
  write(key: string, source: ByteSource, options?: WriteOptions): Promise<StoredObject>;
  /**
   * Goes on at `offset`, which must be the object's length (0: a new one), else UPLOAD_INVALID. What arrived before `source` failed
   * stays. One writer at a time.
   */
  append(key: string, offset: number, source: ByteSource): Promise<StoredObject>;
  /** Renames; replaces what had the key `to`. */
  move(from: string, to: string): Promise<void>;
  /** Everything whose key starts with the folder `prefix` (`uploads`), in no order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Nothing happens when nothing has the key. A folder's key (`spool/<job>`) removes all under it. */
  remove(key: string): Promise<void>;
  /** Bytes that may still be written; null when the place cannot tell. */
  freeBytes(): Promise<number | null>;
}

export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
