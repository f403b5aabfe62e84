import { z } from 'zod';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { createDatasetTable } from '../../db/dataset-table.ts';
import { findDataset, registerDataset } from '../../db/datasets.ts';
import { introspectTable } from '../../db/introspect-table.ts';
import { parseExportRequest } from '../exports/parse-export-request.ts';
import { startExport } from '../exports/start-export.ts';
import { confirmMapping, parseAnswer } from '../jobs/confirm-mapping.ts';
import { parseImportRequest, parseWith } from '../jobs/parse-import-request.ts';
import { startImport } from '../jobs/start-import.ts';
import { wishForJob } from '../jobs/wish-for-job.ts';
import { askedTemplate } from '../templates/asked-template.ts';
import { jobIdSchema } from '../../contracts/ids.ts';
import { WaybillError } from '../../contracts/errors.ts';
import { inTransaction, type Queryable } from '../../db/connection.ts';
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import type { GraphqlContext } from './graphql-context.ts';
import { templateMutations } from './template-resolvers.ts';

type Maybe<T> = T | null | undefined;
type Fields = Readonly<Record<string, unknown>>;

const idempotencyKeySchema = z.string().min(1).max(200);
const reasonSchema = z.string().max(1_000);
const nameSchema = z.string().min(1).max(63);

const jobIdOf = (jobId: string): string => {
  if (!jobIdSchema.safeParse(jobId).success) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.');
  return jobId;
};

interface Registration { readonly definition: DatasetDefinition; readonly fingerprint: string; readonly created: boolean }

const register = async (tx: Queryable, { actor }: GraphqlContext, { definition, fingerprint, created }: Registration) => {
  const { changed } = await registerDataset(tx, { actor, definition, fingerprint });
  return { dataset: await findDataset(tx, { org: actor.org, name: definition.name }), changed, created };
};

export const mutationResolvers = {
  startImport: async (_: unknown, { input, idempotencyKey }: { readonly input: Fields; readonly idempotencyKey: string }, { deps, actor }: GraphqlContext) => {
    const asked = await askedTemplate(deps, actor, input);
    return startImport(deps, { actor, request: parseImportRequest(asked.input), template: asked.template, idempotencyKey: parseWith(idempotencyKeySchema, idempotencyKey, 'idempotencyKey') });
  },
  ...templateMutations,
  startExport: (_: unknown, { input, idempotencyKey }: { readonly input: Fields; readonly idempotencyKey: string }, { deps, actor }: GraphqlContext) =>
    startExport(deps, { actor, request: parseExportRequest(input), idempotencyKey: parseWith(idempotencyKeySchema, idempotencyKey, 'idempotencyKey') }),
  pauseJob: (_: unknown, { jobId }: { readonly jobId: string }, { deps, actor }: GraphqlContext) =>
    wishForJob(deps, { actor, jobId: jobIdOf(jobId), verb: 'pause' }),
  resumeJob: (_: unknown, { jobId }: { readonly jobId: string }, { deps, actor }: GraphqlContext) =>
    wishForJob(deps, { actor, jobId: jobIdOf(jobId), verb: 'resume' }),
  cancelJob: (_: unknown, { jobId, reason }: { readonly jobId: string; readonly reason?: Maybe<string> }, { deps, actor }: GraphqlContext) =>
    wishForJob(deps, { actor, jobId: jobIdOf(jobId), verb: 'cancel', ...(typeof reason === 'string' ? { reason: parseWith(reasonSchema, reason, 'reason') } : {}) }),

  confirmMapping: (_: unknown, { jobId, ...said }: { readonly jobId: string } & Fields, { deps, actor }: GraphqlContext) =>
    confirmMapping(deps, { actor, jobId: jobIdOf(jobId), said: parseAnswer(said) }),

  addDataset: (_: unknown, args: { readonly schema: string; readonly table: string; readonly name?: Maybe<string> }, context: GraphqlContext) => {
    const schema = parseWith(nameSchema, args.schema, 'schema'), table = parseWith(nameSchema, args.table, 'table');
    return inTransaction(context.deps.pool, async (tx) => {
      const { definition, fingerprint } = await introspectTable(tx, { schema, table, ...(args.name ? { name: args.name } : {}) });
      return register(tx, context, { definition, fingerprint, created: false });
    });
  },
  applyDataset: (_: unknown, args: { readonly definition: unknown }, context: GraphqlContext) => {
    const parsed = datasetDefinitionSchema.safeParse(args.definition);
    if (!parsed.success) {
      const [first] = parsed.error.issues;
      // A definition holds names and rules, no records: the schema's own words may be shown.
      throw new WaybillError('DATASET_INVALID', `The definition is not valid at ${first?.path.map(String).join('.') || 'its top'}: ${first?.message ?? 'unknown'}.`, {
        at: first?.path.map(String).join('.') ?? '',
      });
    }
    return inTransaction(context.deps.pool, async (tx) => register(tx, context, await createDatasetTable(tx, parsed.data)));
  },
};
