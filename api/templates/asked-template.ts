/** The template that an import names: its dataset and its partner are the import's, where it says none. */
import type { Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { templateRefSchema } from '../../contracts/template.ts';
import type { Template } from '../../db/templates.ts';
import type { ApiDeps } from '../api-deps.ts';
import { parseWith, withoutNulls } from '../jobs/parse-import-request.ts';
import { mustFindTemplate } from './template-service.ts';

type Fields = Readonly<Record<string, unknown>>;
export interface AskedImport { readonly input: Fields; readonly template: Template | null }

export const askedTemplate = async (deps: Pick<ApiDeps, 'pool'>, actor: Actor, input: Fields): Promise<AskedImport> => {
  const fields = withoutNulls(input);
  if (fields['template'] === undefined) {
    if (fields['dataset'] === undefined) throw new WaybillError('REQUEST_INVALID', 'The input names neither a dataset nor a template.', { field: 'dataset' });
    return { input: fields, template: null };
  }
  if (fields['noTemplate'] === true) throw new WaybillError('REQUEST_INVALID', 'A template is named, and none is wanted.', { field: 'noTemplate' });
  const ref = parseWith(templateRefSchema, withoutNulls(fields['template'] as Fields), 'template');
  const template = await mustFindTemplate(deps, actor, ref);
  if (fields['dataset'] !== undefined && fields['dataset'] !== template.dataset)
    throw new WaybillError('TEMPLATE_INVALID', 'The template is for another dataset.', { template: template.name, dataset: template.dataset });
  return { input: { ...fields, template: ref, dataset: template.dataset, ...(fields['partner'] === undefined && template.partner !== null ? { partner: template.partner } : {}) }, template };
};
