/** What changes templates; each with its audit event, in one transaction. Only the owner changes a template; others copy it. */
import type { Actor } from '../contracts/actor.ts';
import { WaybillError } from '../contracts/errors.ts';
import type { TemplateDocument } from '../contracts/template.ts';
import { appendAudit } from './audit.ts';
import { atomically, type Queryable } from './connection.ts';
import type { TemplateVisibility } from './templates.ts';

export interface NewVersion {
  readonly document: TemplateDocument;
  readonly hash: string;
  /** Default: the next one. */
  readonly version?: number | undefined;
}
export interface SaveTemplateInput {
  readonly actor: Actor;
  readonly name: string;
  readonly datasetId: number;
  /** Of a template that exists: undefined leaves it. */
  readonly visibility?: TemplateVisibility | undefined;
  readonly partner: string | null;
  readonly fromJob?: string | undefined;
  readonly action: 'saved' | 'imported' | 'copied';
  /** False: a template of this name is in the way. */
  readonly mayExist: boolean;
  readonly versions: readonly NewVersion[];
}
export interface SaveTemplateResult {
  readonly version: number;
  /** False when its versions say the same already. */
  readonly changed: boolean;
}

interface AddedVersion { readonly document: TemplateDocument; readonly hash: string; readonly version: number }
interface Head { readonly templateId: number; readonly version: number; readonly owner: string; readonly datasetId: number }

/** Locked until the transaction ends; version 0: it was made now. */
const lockTemplate = async (tx: Queryable, { actor, name, datasetId, visibility, partner, mayExist }: SaveTemplateInput): Promise<Head> => {
  const made = await tx.query<Head>(`
    insert into waybill.templates (org_id, name, owner, visibility, partner_id, dataset_id, current_version) values ($1, $2, $3, $4, $5, $6, 0)
    on conflict (org_id, name) where removed_at is null do nothing returning template_id as "templateId", 0 as version, owner, dataset_id as "datasetId"`,
  [actor.org, name, actor.id, visibility ?? 'private', partner, datasetId]);
  if (made.rows[0] !== undefined) return made.rows[0];
  const { rows: [head] } = await tx.query<Head>(`
    select template_id as "templateId", current_version as version, owner, dataset_id as "datasetId" from waybill.templates
    where org_id = $1 and name = $2 and removed_at is null for update`, [actor.org, name]);
  if (head === undefined || !mayExist || head.owner !== actor.id || head.datasetId !== datasetId)
    throw new WaybillError('TEMPLATE_NAME_TAKEN', 'Another template of the organisation has this name.', { template: name });
  return head;
};

export const saveTemplate = (db: Queryable, input: SaveTemplateInput): Promise<SaveTemplateResult> =>
  atomically(db, async (tx) => {
    const head = await lockTemplate(tx, input);
    const added = await addVersions(tx, head, input);
    if (head.version > 0 && input.visibility !== undefined) await setVisibility(tx, { ...input, templateId: head.templateId, visibility: input.visibility });
    const version = Math.max(head.version, ...added.map((each) => each.version));
    if (added.length === 0) return { version, changed: false };
    await tx.query('update waybill.templates set current_version = $2 where template_id = $1', [head.templateId, version]);
    await audit(tx, input, { action: input.action, jobId: input.fromJob, details: { version, hash: added.at(-1)?.hash ?? null } });
    return { version, changed: true };
  });

/** What stands as a version already, or is what the newest says, is not added again. */
const addVersions = async (tx: Queryable, { templateId, version: newest }: Head, { actor, versions, fromJob }: SaveTemplateInput): Promise<readonly AddedVersion[]> => {
  const { rows } = await tx.query<{ version: number; hash: string }>('select version, document_hash as hash from waybill.template_versions where template_id = $1', [templateId]);
  const known = new Map(rows.map(({ version, hash }) => [version, hash]));
  const added: AddedVersion[] = [];
  let last = { version: newest, hash: known.get(newest) };
  for (const { document, hash, version } of versions) {
    if ((version !== undefined && known.get(version) === hash) || last.hash === hash) continue;
    const next = { document, hash, version: version !== undefined && version > last.version ? version : last.version + 1 };
    await tx.query('insert into waybill.template_versions (template_id, version, document, document_hash, created_by, from_job) values ($1, $2, $3, $4, $5, $6)',
      [templateId, next.version, JSON.stringify(document), hash, actor.id, fromJob ?? null]);
    added.push(next);
    last = next;
  }
  return added;
};

interface Told { readonly actor: Actor; readonly name: string }
const audit = async (tx: Queryable, { actor, name }: Told, { action, jobId, details }: { readonly action: string; readonly jobId?: string | undefined; readonly details?: object }): Promise<void> => {
  await appendAudit(tx, { actor, action: `template.${action}`, ...(jobId === undefined ? {} : { jobId }), details: { template: name, ...details } });
};

const setVisibility = async (tx: Queryable, { templateId, visibility, ...told }: Told & { readonly templateId: number; readonly visibility: TemplateVisibility }): Promise<void> => {
  const { rowCount } = await tx.query('update waybill.templates set visibility = $2 where template_id = $1 and visibility <> $2', [templateId, visibility]);
  if (rowCount === 1) await audit(tx, told, { action: visibility === 'shared' ? 'shared' : 'unshared' });
};

/** Unknown to whom it is not visible; FORBIDDEN to whom it is, but not theirs. */
const ownTemplate = async (tx: Queryable, { actor, name }: Told): Promise<number> => {
  const { rows: [found] } = await tx.query<{ templateId: number; owner: string; visibility: TemplateVisibility }>(`
    select template_id as "templateId", owner, visibility from waybill.templates where org_id = $1 and name = $2 and removed_at is null for update`, [actor.org, name]);
  if (found === undefined || (found.owner !== actor.id && found.visibility === 'private')) throw new WaybillError('TEMPLATE_UNKNOWN', 'There is no template of this name.', { template: name });
  if (found.owner !== actor.id) throw new WaybillError('FORBIDDEN', 'Only the owner of a template changes it; copy it instead.', { template: name });
  return found.templateId;
};

export const shareTemplate = (db: Queryable, { shared, ...told }: Told & { readonly shared: boolean }): Promise<void> =>
  atomically(db, async (tx) => { await setVisibility(tx, { ...told, templateId: await ownTemplate(tx, told), visibility: shared ? 'shared' : 'private' }); });

export const removeTemplate = (db: Queryable, told: Told): Promise<void> =>
  atomically(db, async (tx) => {
    const templateId = await ownTemplate(tx, told);
    await tx.query('update waybill.templates set removed_at = now() where template_id = $1', [templateId]);
    await audit(tx, told, { action: 'removed' });
  });
