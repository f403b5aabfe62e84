/** Templates and their versions, as the one who asks may see them: those of the organisation that are shared or the actor's own. */
import type { Actor } from '../contracts/actor.ts';
import { templateDocumentSchema, type TemplateDocument } from '../contracts/template.ts';
import type { Queryable } from './connection.ts';

export type TemplateVisibility = 'private' | 'shared';
export interface TemplateVersion {
  readonly version: number;
  /** SHA-256 of the canonical document. */
  readonly hash: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly fromJob: string | null;
}
/** With one of its versions. */
export interface Template extends TemplateVersion {
  readonly templateId: number;
  readonly name: string;
  readonly owner: string;
  readonly visibility: TemplateVisibility;
  readonly partner: string | null;
  readonly dataset: string;
  readonly newestVersion: number;
  readonly document: TemplateDocument;
}

const versionColumns = 'v.version, v.document_hash as hash, v.created_by as "createdBy", v.created_at as "createdAt", v.from_job as "fromJob"';
const templateColumns = `t.template_id as "templateId", t.name, t.owner, t.visibility, t.partner_id as partner, d.name as dataset, t.current_version as "newestVersion", v.document, ${versionColumns}`;
const joined = 'waybill.templates t join waybill.datasets d using (dataset_id) join waybill.template_versions v on v.template_id = t.template_id';
/** `$1` the organisation, `$2` the actor. */
const visible = `t.org_id = $1 and t.removed_at is null and (t.visibility = 'shared' or t.owner = $2)`;

interface Row extends Omit<Template, 'document'> { readonly document: unknown }
// Read through the schema: what was added to documents later gets its default.
const toTemplate = (row: Row): Template => ({ ...row, document: templateDocumentSchema.parse(row.document) });

type Viewer = Pick<Actor, 'org' | 'id'>;

/** The newest version, or the one that is asked for. */
export const findTemplate = async (db: Queryable, { org, id }: Viewer, { name, version }: { readonly name: string; readonly version?: number | undefined }): Promise<Template | null> => {
  const { rows } = await db.query<Row>(
    `select ${templateColumns} from ${joined} and v.version = coalesce($4::int, t.current_version) where ${visible} and t.name = $3`, [org, id, name, version ?? null]);
  return rows[0] === undefined ? null : toTemplate(rows[0]);
};

/** What a job pinned, removed or not. */
export const findPinnedTemplate = async (db: Queryable, { templateId, version }: { readonly templateId: number; readonly version: number }): Promise<Template | null> => {
  const { rows } = await db.query<Row>(`select ${templateColumns} from ${joined} where t.template_id = $1 and v.version = $2`, [templateId, version]);
  return rows[0] === undefined ? null : toTemplate(rows[0]);
};

/** The newest versions. */
export const listTemplates = async (db: Queryable, { org, id }: Viewer, { dataset }: { readonly dataset?: string | undefined } = {}): Promise<readonly Template[]> => {
  const { rows } = await db.query<Row>(
    `select ${templateColumns} from ${joined} and v.version = t.current_version where ${visible} and ($3::text is null or d.name = $3) order by t.name`, [org, id, dataset ?? null]);
  return rows.map(toTemplate);
};

/** Newest first. */
export const listTemplateVersions = async (db: Queryable, templateId: number): Promise<readonly TemplateVersion[]> => {
  const { rows } = await db.query<TemplateVersion>(`select ${versionColumns} from waybill.template_versions v where v.template_id = $1 order by v.version desc`, [templateId]);
  return rows;
};

/** With their documents, oldest first: for a file that holds the template. */
export const templateDocuments = async (db: Queryable, templateId: number): Promise<readonly { readonly version: number; readonly document: TemplateDocument }[]> => {
  const { rows } = await db.query<{ version: number; document: unknown }>('select version, document from waybill.template_versions where template_id = $1 order by version', [templateId]);
  return rows.map(({ version, document }) => ({ version, document: templateDocumentSchema.parse(document) }));
};
