/**
 * What a workbook takes outside the heap while it is extracted (its shared texts, up to 192 MiB) is free when it is closed, but nothing
 * collects it: the main thread makes little while its chunks are staged, and the worker had 624 MB then.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: ((options?: { readonly type: 'minor' }) => void) | null = null;

/** `minor`: what was made just now, in a millisecond. */
export const collectGarbage = (scope: 'minor' | 'all' = 'all'): void => {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as NonNullable<typeof collect>;
  }
  if (scope === 'minor') collect({ type: 'minor' }); else collect();
};
