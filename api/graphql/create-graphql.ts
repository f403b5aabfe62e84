/**
 * GraphQL over HTTP and over SSE: yoga's own at /graphql, the graphql-sse protocol (distinct connections) at /graphql/stream. Errors have
 * codes of ours; whatever else goes wrong is masked. CORS is closed: no browser page of another origin may read an answer.
 */
import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { useGraphQLSSE } from '@graphql-yoga/plugin-graphql-sse';
import { GraphQLError } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import type { Actor } from '../../contracts/actor.ts';
import { jobIdSchema } from '../../contracts/ids.ts';
import { issueKinds, type IssueCode } from '../../contracts/issue-codes.ts';
import type { JobProgress } from '../../contracts/progress.ts';
import type { ApiDeps } from '../api-deps.ts';
import { errorBody, toPublicError } from '../http/error-response.ts';
import { mustFindJob } from '../jobs/start-import.ts';
import { loadSchemaText } from '../load-schema.ts';
import type { ProgressRelay } from '../progress/progress-relay.ts';
import { datasetFieldResolvers, datasetResolvers } from './dataset-resolvers.ts';
import type { GraphqlContext } from './graphql-context.ts';
import { jobResolvers } from './job-resolvers.ts';
import { limitRootFields } from './limit-root-fields.ts';
import { mutationResolvers } from './mutation-resolvers.ts';
import { queryResolvers } from './query-resolvers.ts';
import { templateResolvers } from './template-resolvers.ts';
import { countScalar, dateTimeScalar, jsonScalar } from './scalars.ts';
import { WaybillError } from '../../contracts/errors.ts';

const maxDepth = 10;
/** A page of 1,000 issues with all their fields costs 22,000. */
const maxCost = 60_000;
const maxRootFields = 20;

/** Where a rule may have words of its own, they are put beside the issue as it is read. */
const message = ({ code, message: own }: { readonly code: IssueCode; readonly message?: string }): string => own ?? issueKinds[code].message;

const jobProgress = {
  subscribe: async (_: unknown, { jobId }: { readonly jobId: string }, { deps, actor, relay }: GraphqlContext): Promise<AsyncIterable<JobProgress>> => {
    if (!jobIdSchema.safeParse(jobId).success) throw new WaybillError('JOB_UNKNOWN', 'There is no such job.');
    await mustFindJob(deps, actor.org, jobId);
    return relay.subscribe(jobId);
  },
  resolve: (progress: JobProgress): JobProgress => progress,
};

const resolvers = {
  Count: countScalar, DateTime: dateTimeScalar, JSON: jsonScalar,
  Query: queryResolvers, Mutation: mutationResolvers, Subscription: { jobProgress },
  Job: jobResolvers, Dataset: datasetResolvers, Template: templateResolvers, DatasetField: datasetFieldResolvers, Issue: { message }, IssueGroup: { message },
};

/** An error of the request itself (syntax, unknown field, depth, cost) speaks of the query only and is shown; everything else is ours or masked. */
const maskError = (deps: ApiDeps) => (error: unknown): Error => {
  if (isGraphqlError(error) && isOfTheRequest(error))
    return new GraphQLError(error.message, { ...placeOf(error), extensions: { code: 'REQUEST_INVALID', retryable: false, ...pickHttp(error) } });
  const cause = isGraphqlError(error) ? error.originalError : error;
  const { message: text, ...extensions } = errorBody(toPublicError(cause, deps.log));
  return isGraphqlError(error)
    ? new GraphQLError(text, { ...placeOf(error), extensions: { ...extensions } }) : new GraphQLError(text, { extensions: { ...extensions } });
};
// A built-in scalar's refusal comes wrapped in the refusal of the variable.
const isOfTheRequest = ({ originalError }: GraphQLError): boolean => originalError === undefined || isGraphqlError(originalError);
// By name: a second copy of the package (its CommonJS beside its module) has a class of its own.
const isGraphqlError = (error: unknown): error is GraphQLError => error instanceof Error && error.name === 'GraphQLError';
const placeOf = ({ nodes, path }: GraphQLError) => ({ nodes: nodes ?? null, path: path ?? null });
const pickHttp = ({ extensions }: GraphQLError): object => ('http' in extensions ? { http: extensions['http'] } : {});

export interface GraphqlServerContext { readonly actor: Actor }

export const createGraphql = (deps: ApiDeps, relay: ProgressRelay) => createYoga<GraphqlServerContext, GraphqlContext>({
  schema: createSchema<GraphqlContext>({ typeDefs: loadSchemaText(), resolvers }),
  context: ({ actor, request }) => ({ actor, deps, relay, signal: request.signal }),
  graphqlEndpoint: '/graphql',
  graphiql: false, landingPage: false, cors: false, batching: false, multipart: false,
  maskedErrors: { maskError: maskError(deps) },
  // Yoga's logger prints errors with their messages; ours was told in maskError.
  logging: false,
  plugins: [
    maxDepthPlugin({ n: maxDepth, exposeLimits: true }), costLimitPlugin({ maxCost, exposeLimits: true }),
    { onValidate: ({ addValidationRule }: { readonly addValidationRule: (rule: ReturnType<typeof limitRootFields>) => void }) => { addValidationRule(limitRootFields(maxRootFields)); } },
    // Without a stream token every subscription has its own connection; the single-connection mode keeps prepared streams that nobody opens.
    useGraphQLSSE({ endpoint: '/graphql/stream', authenticate: () => null }),
  ],
});
