import { z } from 'zod';
import { driftPolicySchema, templateRefSchema, templateReportSchema, type TemplateReport } from '../../contracts/template.ts';
import { diffTemplates } from '../../core/templates/diff-templates.ts';
import { removeTemplate, shareTemplate } from '../../db/change-templates.ts';
import { listTemplates, listTemplateVersions, type Template } from '../../db/templates.ts';
import { parseWith, withoutNulls } from '../jobs/parse-import-request.ts';
import { applyTemplate, copyTemplate, mustFindTemplate, parseTemplateName, saveFromJob, templateFileOf } from '../templates/template-service.ts';
import type { GraphqlContext } from './graphql-context.ts';

type Maybe<T> = T | null | undefined;
type Fields = Readonly<Record<string, unknown>>;
interface Ref { readonly name: string; readonly version?: Maybe<number> }

const refOf = (ref: Ref) => parseWith(templateRefSchema, withoutNulls({ name: ref.name, version: ref.version }), 'template');
const partnerSchema = z.string().min(1).max(200).nullable().default(null);
const visibilityOf = (shared: Maybe<boolean>) => (shared === true ? 'shared' as const : shared === false ? 'private' as const : undefined);

export const templateQueries = {
  templates: (_: unknown, { dataset }: { readonly dataset?: Maybe<string> }, { deps, actor }: GraphqlContext) => listTemplates(deps.pool, actor, { dataset: dataset ?? undefined }),
  template: (_: unknown, ref: Ref, { deps, actor }: GraphqlContext) => mustFindTemplate(deps, actor, refOf(ref)),
  templateFile: (_: unknown, ref: Ref, { deps, actor }: GraphqlContext) => templateFileOf(deps, actor, refOf(ref)),
  diffTemplate: async (_: unknown, { from, to }: { readonly from: Ref; readonly to: Ref }, { deps, actor }: GraphqlContext) => {
    const [left, right] = await Promise.all([mustFindTemplate(deps, actor, refOf(from)), mustFindTemplate(deps, actor, refOf(to))]);
    return diffTemplates(left.document, right.document);
  },
};

interface SaveInput { readonly name: string; readonly fromJob: string; readonly shared?: Maybe<boolean>; readonly drift?: Maybe<Fields> }
interface CopyInput extends Ref { readonly as: string; readonly partner?: Maybe<string> }
interface ApplyInput { readonly file: unknown; readonly name?: Maybe<string>; readonly shared?: Maybe<boolean> }

export const templateMutations = {
  saveTemplate: (_: unknown, { input }: { readonly input: SaveInput }, { deps, actor }: GraphqlContext) => {
    const drift = withoutNulls(input.drift ?? {});
    parseWith(driftPolicySchema, drift, 'drift');
    return saveFromJob(deps, { actor, name: parseTemplateName(input.name), fromJob: input.fromJob, visibility: visibilityOf(input.shared), drift });
  },
  copyTemplate: (_: unknown, { input }: { readonly input: CopyInput }, { deps, actor }: GraphqlContext) =>
    copyTemplate(deps, { actor, from: refOf(input), as: parseTemplateName(input.as), partner: parseWith(partnerSchema, input.partner ?? undefined, 'partner') }),
  applyTemplate: (_: unknown, { file, name, shared }: ApplyInput, { deps, actor }: GraphqlContext) =>
    applyTemplate(deps, { actor, file, name: name ? parseTemplateName(name) : undefined, visibility: visibilityOf(shared) }),
  shareTemplate: async (_: unknown, { name, shared }: { readonly name: string; readonly shared: boolean }, { deps, actor }: GraphqlContext) => {
    await shareTemplate(deps.pool, { actor, name, shared });
    return mustFindTemplate(deps, actor, { name });
  },
  removeTemplate: async (_: unknown, { name }: { readonly name: string }, { deps, actor }: GraphqlContext) => {
    await removeTemplate(deps.pool, { actor, name });
    return true;
  },
};

export const templateResolvers = {
  versions: ({ templateId }: Template, _: unknown, { deps }: GraphqlContext) => listTemplateVersions(deps.pool, templateId),
};

/** Of a job; null: it has no template. */
export const templateReportOf = ({ templateReport }: { readonly templateReport: unknown }): TemplateReport | null => {
  const report = templateReportSchema.safeParse(templateReport);
  return report.success ? report.data : null;
};
