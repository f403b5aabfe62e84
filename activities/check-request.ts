/** What an import asks for, checked as far as nobody need look at the file: before a person is asked, and before it is planned. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ImportRequest } from '../contracts/import-request.ts';
import { checkTransforms } from '../core/transform/check-transforms.ts';
import { zoneClockOf } from '../core/types/zone-clock.ts';
import { checkFileRules, referencedNames } from '../core/validation/check-file-rules.ts';
import { checkTreatment } from '../core/validation/check-treatment.ts';
import { ruleInvalid } from '../core/validation/rule-invalid.ts';
import type { Queryable } from '../db/connection.ts';
import { expectReadableField, findReferencedDatasets } from '../db/referenced-datasets.ts';

export interface AskedImport { readonly org: string; readonly request: ImportRequest; readonly definition: DatasetDefinition }

export const checkRequest = async (db: Queryable, { org, request, definition }: AskedImport): Promise<void> => {
  checkTransforms(definition, request.map);
  checkTreatment(definition, request);
  await checkWholeFileRules(db, { org, request, definition });
  // Said wrongly it is refused, also where no field needs it: the plan and the receipt would repeat it.
  zoneClockOf(request.zone);
};

const checkWholeFileRules = async (db: Queryable, { org, request, definition }: AskedImport): Promise<void> => {
  const datasets = await findReferencedDatasets(db, { org, names: referencedNames(request.rules) });
  checkFileRules(definition, request, datasets);
  for (const rule of request.rules ?? []) {
    const other = rule.kind === 'reference' ? datasets.get(rule.dataset) : undefined;
    if (rule.kind === 'reference' && other !== undefined) await expectReadableField(db, other, rule.of);
  }
};

/** Without a key no row repeats another's. */
export const refuseRulesOfKeys = ({ rules = [] }: ImportRequest): void => {
  const at = rules.findIndex(({ kind }) => kind === 'duplicate_share');
  if (at >= 0) throw ruleInvalid('the import has no key, so no row is known to be a duplicate.', `rules[${at}]`);
};
