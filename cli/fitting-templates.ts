/** The templates by which an import would know a file: asked by `inspect` and `map`. */
import { basename } from 'node:path';
import type { ApiClient } from './api-client.ts';
import { fittingTemplatesDocument } from './generated/operations.ts';
import type { FittingTemplatesQuery } from './generated/operations.ts';
import { parseOverridesOf } from './parse-override-options.ts';
import type { ParseOverrideOptions } from './parse-override-options.ts';

type Fitting = FittingTemplatesQuery['fittingTemplates'];
interface FittingOrder extends ParseOverrideOptions { readonly file: string; readonly sha256: string; readonly dataset: string; readonly partner?: string }

export const fittingTemplates = async (client: ApiClient, order: FittingOrder): Promise<Fitting> => {
  const { fittingTemplates: found } = await client.request(fittingTemplatesDocument, {
    sha256: order.sha256, dataset: order.dataset, fileName: basename(order.file), partner: order.partner ?? null, parse: parseOverridesOf(order),
  });
  return found;
};

export const fittingText = (templates: Fitting): string => {
  const [only] = templates;
  if (only === undefined) return 'No template fits the file.';
  if (templates.length > 1) return `Several templates fit the file; name one with --template, or the --partner: ${templates.map(({ name }) => name).join(', ')}`;
  const whose = only.partner === null ? '' : ` (of ${only.partner})`;
  return only.fit === 'exact' ? `The file is known: an import takes the template ${only.name}@${only.version}${whose}.`
    : `The file has drifted from the template ${only.name}@${only.version}${whose}; an import takes it as far as the template allows.`;
};
