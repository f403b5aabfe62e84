import { WaybillError } from '../../contracts/errors.ts';

export const cutOff = (): WaybillError => new WaybillError('FILE_CUT_OFF', 'The compressed data ends too early.');

/** @param fault a word or code of our own making for what is wrong in it */
export const damaged = (fault: string): WaybillError => new WaybillError('FILE_UNPACKING_FAILED', 'The compressed data cannot be unpacked.', { fault });
