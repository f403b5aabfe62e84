/** An OpenDocument spreadsheet as one XML document (.fods; OpenDocument 1.3, part 3, 3.1.2): the same content without a package around it. */
import type { Workbook } from '../sheets/workbook.ts';
import type { RandomAccess } from '../source-format.ts';
import { odsMediaType, openContent } from './ods-workbook.ts';

/** An XML declaration in UTF-8 and comments may stand before the root. */
const flatDocument = /^(?:\xef\xbb\xbf)?\s*(?:<\?xml(?:(?!encoding)[^?>])*(?:encoding=["']utf-8["'])?(?:(?!encoding)[^?>])*\?>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*)*<(?:[\w.-]+:)?document\s([^>]*)/i;
/** Declarations of namespaces alone are some thousands. */
export const flatStartBytes = 16 * 1024;
const pieceBytes = 256 * 1024;

/** @param start the first {@link flatStartBytes} */
export const isFlatOds = (start: Buffer): boolean => (flatDocument.exec(start.toString('latin1'))?.[1] ?? '').includes(`mimetype="${odsMediaType}`);

export const openFlatOds = (source: RandomAccess, signal: AbortSignal | undefined): Promise<Workbook> => {
  let reached = 0;
  const read = async function* (): AsyncGenerator<Uint8Array> {
    for (reached = 0; reached < source.bytes;) {
      signal?.throwIfAborted();
      const piece = await source.read(reached, reached + pieceBytes);
      reached += piece.length;
      if (piece.length === 0) return;
      yield piece;
    }
  };
  return openContent({ read, shareRead: () => reached / source.bytes, close: () => undefined });
};
