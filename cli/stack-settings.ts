/** What the operator may say about the local stack, in the environment. */
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';

/** An empty variable is one that was not set: compose files and CI leave such. */
const optional = (schema: z.ZodType<string>): z.ZodType<string | undefined> =>
  z.preprocess((value) => value === '' ? undefined : value, schema.optional());
const optionalCount = (otherwise: number): z.ZodType<number> =>
  z.preprocess((value) => value === '' ? undefined : value, z.coerce.number().int().min(1).max(64).default(otherwise));

const stackSettingsSchema = z.object({
  /** An existing PostgreSQL 15 or newer, as owner or superuser; without it one is embedded. */
  DATABASE_URL: optional(z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')),
  /** An existing engine; without it one is started. */
  TEMPORAL_ADDRESS: optional(z.string().regex(/^[^\s/]+:\d+$/, 'must be host:port')),
  /** Of an existing engine, for links. */
  WAYBILL_UI_URL: optional(z.url()),
  /** Worker processes. */
  WAYBILL_WORKERS: optionalCount(1),
});
export type StackSettingsFromEnvironment = z.infer<typeof stackSettingsSchema>;

export const readStackSettings = (env: NodeJS.ProcessEnv): StackSettingsFromEnvironment => {
  const parsed = stackSettingsSchema.safeParse(env);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WaybillError('OPTION_INVALID', `The environment variable ${String(issue?.path[0])}: ${issue?.message ?? 'not valid'}.`);
};
