import { z } from 'zod';
import { importRequestSchema } from '../../contracts/import-request.ts';
import { defaultPurpose } from '../graphql/graphql-context.ts';
import { importFields, parseWith } from '../jobs/parse-import-request.ts';

const asked = importRequestSchema.unwrap().shape;

const previewRequestSchema = z.object({
  sha256: asked.sha256, dataset: asked.dataset, fileName: asked.fileName.optional(), key: asked.key, map: asked.map, dateOrders: asked.dateOrders, zone: asked.zone, parse: asked.parse,
  rules: asked.rules, rowFilter: asked.rowFilter, derivedKey: asked.derivedKey, onError: asked.onError,
  rows: z.number().int().min(1).max(100).default(10), purpose: z.string().max(200).default(defaultPurpose),
}).strict().readonly();
export type PreviewRequest = z.infer<typeof previewRequestSchema>;

export const parsePreviewRequest = (input: Readonly<Record<string, unknown>>): PreviewRequest => parseWith(previewRequestSchema, importFields(input), 'input');
