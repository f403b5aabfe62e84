/** The list of files in a ZIP (PKWARE's APPNOTE 6.3.10). Names are never used as paths: a file is read, none is written by its name. */
import yauzl from 'yauzl';
import { WaybillError } from '../../../contracts/errors.ts';
import type { RandomAccess } from '../../formats/source-format.ts';
import { cutOff, damaged } from '../unpacking-error.ts';

export interface ZipMember {
  readonly name: string;
  readonly nameBytes: Buffer;
  /** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.5 */
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  /** As it is claimed. */
  readonly plainBytes: number;
  readonly headerStart: number;
}

export interface ZipDirectory {
  /** Without folders and without what systems leave beside files, in the order of the directory. */
  readonly members: readonly ZipMember[];
  /** It is an office document in the form of a ZIP, and no archive of files. */
  readonly isDocument: boolean;
}

const mostEntries = 10_000;
/** A name, a field and a comment of an entry may have 64 KiB each. */
const mostDirectoryBytes = 16 * 1024 * 1024;
const localHeaderBytes = 30;

/** Throws FILE_CUT_OFF, FILE_ENCRYPTED and FILE_UNPACKING_FAILED. */
export const readZipDirectory = async (source: RandomAccess): Promise<ZipDirectory> => {
  const reader = new SourceReader(source);
  try {
    const all = await readMembers(reader, source.bytes);
    refuseOverlaps(all, source.bytes);
    return { members: all.filter(({ name }) => !isLeftover(name)), isDocument: isDocument(all.map(({ name }) => name)) };
  } catch (error) {
    throw reader.failure ?? directoryError(error);
  }
};

/** Office Open XML, and OpenDocument, whose first file is its type, though not every writer keeps to that. */
const isDocument = (names: readonly string[]): boolean =>
  names.includes('[Content_Types].xml') || names[0] === 'mimetype' || (names.includes('mimetype') && names.includes('content.xml'));

const readMembers = async (reader: SourceReader, totalBytes: number): Promise<readonly ZipMember[]> => {
  // With names as text it would refuse odd ones that do no harm here.
  const zip = await yauzl.fromRandomAccessReaderPromise(reader, totalBytes, { decodeStrings: false, validateEntrySizes: false, autoClose: false });
  const members: ZipMember[] = [];
  let directoryBytes = 0;
  for await (const entry of zip.eachEntry()) {
    directoryBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (members.length === mostEntries || directoryBytes > mostDirectoryBytes) throw damaged('zip-entries');
    members.push({
      name: yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false), nameBytes: Buffer.from(entry.fileNameRaw),
      method: entry.compressionMethod, encrypted: entry.isEncrypted(), crc: entry.crc32, packedBytes: entry.compressedSize, plainBytes: entry.uncompressedSize,
      headerStart: entry.relativeOffsetOfLocalHeader,
    });
  }
  return members;
};

/** Files that lie over each other are a bomb's (https://www.bamsoftware.com/hacks/zipbomb/), not a sender's. */
const refuseOverlaps = (members: readonly ZipMember[], totalBytes: number): void => {
  let end = 0;
  for (const { headerStart, nameBytes, packedBytes } of members.toSorted((a, b) => a.headerStart - b.headerStart)) {
    if (headerStart < end) throw damaged('zip-overlap');
    end = headerStart + localHeaderBytes + nameBytes.length + packedBytes;
  }
  if (end > totalBytes) throw damaged('zip-sizes');
};

const isLeftover = (name: string): boolean => /[/\\]$/.test(name) || /^__MACOSX[/\\]/.test(name) || /(?:^|[/\\])(?:\.DS_Store|\._[^/\\]*|Thumbs\.db|desktop\.ini)$/i.test(name);

/** By the words of yauzl 3, which has no codes. */
const directoryError = (error: unknown): unknown => {
  const words = error instanceof Error ? error.message : '';
  if (error instanceof WaybillError) return error;
  if (words.startsWith('End of central directory record signature not found')) return cutOff();
  if (words.includes('encryption')) return new WaybillError('FILE_ENCRYPTED', 'The ZIP file is encrypted.');
  return damaged(words.startsWith('multi-disk') ? 'zip-volumes' : 'zip-directory');
};

const cachedBytes = 64 * 1024;

type ReadOrder = [buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null, bytesRead?: number) => void];

/** The source as the library reads it: by small pieces of the directory, one after the other. */
class SourceReader extends yauzl.RandomAccessReader {
  /** What the source itself could not do. */
  failure: unknown = null;
  private cached: { readonly start: number; readonly bytes: Buffer } = { start: 0, bytes: Buffer.alloc(0) };

  constructor(private readonly source: RandomAccess) { super(); }

  override read(...[buffer, offset, length, position, callback]: ReadOrder): void {
    this.load(position, length).then(
      (bytes) => { callback(null, bytes.copy(buffer, offset)); },
      (error: unknown) => {
        this.failure = error;
        callback(error instanceof Error ? error : new TypeError('reading failed'));
      },
    );
  }

  private async load(position: number, length: number): Promise<Buffer> {
    const held = position - this.cached.start;
    if (held >= 0 && held + length <= this.cached.bytes.length) return this.cached.bytes.subarray(held, held + length);
    if (position >= this.source.bytes) return Buffer.alloc(0);
    const bytes = await this.source.read(position, Math.min(position + Math.max(length, cachedBytes), this.source.bytes));
    this.cached = { start: position, bytes };
    return bytes.subarray(0, length);
  }
}
