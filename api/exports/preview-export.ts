/** How many records an export would hold and what the first look like, from the same source as the export. Cells are shown: it is audited. */
import type { Actor } from '../../contracts/actor.ts';
import type { ExportSelection } from '../../contracts/export-request.ts';
import { planSelection } from '../../core/export/plan-export.ts';
import { appendAudit } from '../../db/audit.ts';
import { previewSelection } from '../../db/preview-records.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defaultPurpose } from '../graphql/graphql-context.ts';
import { mustFindDataset } from '../jobs/start-import.ts';

const previewRows = 20;

export interface ExportPreview { readonly count: number; readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }

export const previewExport = async (deps: Pick<ApiDeps, 'pool'>, { actor, selection }: { readonly actor: Actor; readonly selection: ExportSelection }): Promise<ExportPreview> => {
  const { definition } = await mustFindDataset(deps, actor.org, selection.dataset);
  const { fields, filter, filterFields } = planSelection(definition, selection);
  const names = fields.map(({ field }) => field.name);
  const purpose = selection.purpose ?? defaultPurpose;
  const { count, rows } = await previewSelection(deps.pool, { actor, purpose, definition, fields: names, filter, sort: selection.sort, limit: previewRows });
  await appendAudit(deps.pool, { actor, action: 'export.previewed', dataset: definition.name, details: { fields: names, filterFields, rows: rows.length, purpose } });
  return { count, columns: fields.map(({ name }) => name), rows };
};
