/** Refusals of a Parquet file. Places are numbers of the file's own parts, never a name or a value of it. */
import { isWaybillError, WaybillError } from '../../../contracts/errors.ts';
import type { ErrorPlace } from '../../../contracts/errors.ts';

export const corrupt = (what: string, place: ErrorPlace = {}): WaybillError => new WaybillError('FILE_PARQUET_INVALID', `The Parquet file is broken: ${what}.`, place);

export const tooMuch = (what: string, place: ErrorPlace = {}): WaybillError => new WaybillError('FILE_EXPANDS_TOO_MUCH', `${what}; that is out of all proportion.`, place);

/** What a parser throws that was fed nonsense (a RangeError, a trap of a decompressor) says nothing fit to repeat. */
export const contained = <Result>(work: () => Result, what: string, place: ErrorPlace = {}): Result => {
  try {
    return work();
  } catch (error) {
    throw isWaybillError(error) ? error : corrupt(what, place);
  }
};
