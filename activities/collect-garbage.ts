/**
 * What a workbook takes outside the heap while it is extracted (its shared texts, up to 192 MiB) is free when it is closed, but nothing
 * collects it: the main thread makes little while its chunks are staged, and the worker had 624 MB then.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | null = null;

export const collectGarbage = (): void => {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
};
