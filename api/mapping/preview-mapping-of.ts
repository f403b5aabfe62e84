/** `previewMapping`: the first rows of a received file before and after their mapping; nothing is imported, and nothing is left behind. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../contracts/actor.ts';
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { engineVersion } from '../../contracts/engine-version.ts';
import type { IssueCode, Severity } from '../../contracts/issue-codes.ts';
import { issueMessage } from '../../contracts/issue-message.ts';
import type { MappedField, PlanDocument } from '../../contracts/plan-document.ts';
import type { Rule } from '../../contracts/rules.ts';
import { headOfRecords } from '../../core/formats/record-chunks.ts';
import type { RandomAccess } from '../../core/formats/source-format.ts';
import { prepareSource } from '../../core/intake/prepare-source.ts';
import { openStored } from '../../core/intake/source-store.ts';
import { proposeMapping } from '../../core/mapping/propose-mapping.ts';
import { asExported, fitColumns, mappedField, withDateReadings } from '../../core/staging/draft-plan.ts';
import { keyOf, withDerivedKey } from '../../core/staging/derived-key-field.ts';
import { previewMapping, type PreviewedRow } from '../../core/staging/preview-mapping.ts';
import { checkTransforms } from '../../core/transform/check-transforms.ts';
import { checkTreatment } from '../../core/validation/check-treatment.ts';
import { dayOfJob } from '../../core/validation/day-of-job.ts';
import { zoneClockOf } from '../../core/types/zone-clock.ts';
import { findExportedFile } from '../../db/export-files.ts';
import { refuseWithoutRole } from '../../db/reader.ts';
import { archiveKey, spoolKey } from '../../storage/storage-keys.ts';
import type { ApiDeps } from '../api-deps.ts';
import { headBytes } from '../inspect/sample-records.ts';
import { mustFindDataset, mustFindSource } from '../jobs/start-import.ts';
import type { PreviewRequest } from './parse-preview-request.ts';

type Deps = Pick<ApiDeps, 'pool' | 'storage' | 'readLegacy'>;

export const previewMappingOf = async (deps: Deps, actor: Actor, request: PreviewRequest) => {
  refuseWithoutRole({ actor, purpose: request.purpose });
  const { definition, version } = await mustFindDataset(deps, actor.org, request.dataset);
  checkTransforms(definition, request.map);
  checkTreatment(definition, request);
  zoneClockOf(request.zone);
  const file = await mustFindSource(deps, actor.org, request.sha256);
  const fromExport = await findExportedFile(deps.pool, { org: actor.org, sha256: request.sha256 });
  const spool = spoolKey(randomUUID());
  try {
    const { detection, key } = await prepareSource(deps.storage, { key: archiveKey(file.sha256), spool, overrides: request.parse, fileName: request.fileName, readLegacy: deps.readLegacy });
    const source = await openStored(deps.storage, key);
    const parse = fitColumns(detection.options, request, definition);
    const { mapping, unmapped } = proposeMapping(parse.columns, withDerivedKey(definition, request.derivedKey), request.map);
    const plan = await draftOf({ request, definition, version, source, plan: { parse: fromExport === null ? parse : asExported(parse, { definition, mapping }), mapping, ...(fromExport === null ? {} : { fromExport }) } });
    const rows = previewMapping({ plan, definition, today: dayOfJob(new Date(), plan.zone), head: await headOfRecords(source, plan.parse, headBytes), wanted: request.rows });
    return { fields: mapping.map((mapped) => fieldOf(mapped, plan, definition)), unmapped: unmapped.map((column) => parse.columns[column] ?? ''), rows: rows.map((row) => withMessages(row, plan.rules)) };
  } finally {
    await deps.storage.remove(spool);
  }
};

interface Drafting {
  readonly request: PreviewRequest; readonly definition: DatasetDefinition; readonly version: number; readonly source: RandomAccess;
  readonly plan: Pick<PlanDocument, 'parse' | 'mapping' | 'fromExport'>;
}

/** Required fields and the key may still be without a column: the preview is for whoever is not done with the mapping. */
const draftOf = async ({ request, definition, version, source, plan }: Drafting): Promise<PlanDocument> => {
  const mapping = await withDateReadings({ source: async () => source, parse: plan.parse, definition, mapping: plan.mapping, dateOrders: request.dateOrders });
  return {
    schemaVersion: 1, engineVersion, dataset: definition.name, datasetVersion: version, ...plan, mapping,
    key: keyOf(request, definition).filter((name) => mapping.some(({ field }) => field === name)),
    mode: 'upsert', duplicates: 'last', onError: request.onError, limits: { maxErrors: null, maxErrorPercent: null }, zone: request.zone,
    ...(request.rules === undefined ? {} : { rules: request.rules }), ...(request.rowFilter === undefined ? {} : { rowFilter: request.rowFilter }), ...(request.derivedKey === undefined ? {} : { derivedKey: request.derivedKey }),
  };
};

const fieldOf = ({ field, columns, transforms = [], by }: MappedField, { parse }: PlanDocument, definition: DatasetDefinition) => ({
  field, type: mappedField(definition, field).type, columns: columns.map((column) => parse.columns[column] ?? ''), transforms: transforms.map(({ fn }) => fn), by,
});

interface Found { readonly code: IssueCode; readonly severity: Severity; readonly rule: string | null }
const told = (issues: readonly Found[], rules: readonly Rule[] = []) => issues.map((issue) => ({ ...issue, message: issueMessage(issue, rules) }));
const withMessages = ({ cells, issues, ...row }: PreviewedRow, rules: readonly Rule[] | undefined) =>
  ({ ...row, issues: told(issues, rules), cells: cells.map((cell) => ({ ...cell, issues: told(cell.issues, rules) })) });
