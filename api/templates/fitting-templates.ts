/** By which templates an import would know a received file, without a job. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { recogniseSource } from '../../core/templates/recognise-source.ts';
import type { SourceFile } from '../../db/source-files.ts';
import { listTemplates } from '../../db/templates.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { ApiDeps } from '../api-deps.ts';

export interface FittingQuestion {
  readonly actor: Actor;
  readonly file: Pick<SourceFile, 'sha256'>;
  readonly dataset: string;
  readonly fileName?: string | undefined;
  readonly partner: string | null;
  readonly overrides: ParseOverrides;
}

export const fittingTemplatesOf = async ({ pool, storage, readLegacy }: Pick<ApiDeps, 'pool' | 'storage' | 'readLegacy'>, { actor, file, dataset, fileName, partner, overrides }: FittingQuestion) => {
  const candidates = await listTemplates(pool, actor, { dataset });
  if (candidates.length === 0) return [];
  const spool = spoolKey(randomUUID());
  try {
    const { fitting, fit } = await recogniseSource({
      store: storage, said: overrides, partner, candidates, mayDrift: true,
      prepare: (how) => prepareSource(storage, { key: archiveKey(file.sha256), spool, overrides: how, fileName, readLegacy }),
    });
    return fitting.map(({ name, version, partner: whose }) => ({ name, version, partner: whose, fit }));
  } finally {
    await storage.remove(spool);
  }
};
