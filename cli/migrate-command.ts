/**
 * `waybill migrate`, for a production stack: brings the database that DATABASE_URL names to the newest schema as its owner, gives the
 * runtime role its password, and registers the search attributes on the engine that TEMPORAL_ADDRESS names.
 */
import { z } from 'zod';
import { WaybillError } from '../contracts/errors.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { connectToEngine } from '../temporal-config/engine.ts';
import { registerSearchAttributes } from '../temporal-config/search-attributes.ts';

const environmentSchema = z.object({
  DATABASE_URL: z.string().min(1),
  WAYBILL_RUNTIME_PASSWORD: z.string().min(12),
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
});

/** The schema's version. */
export const runMigrate = async (env: NodeJS.ProcessEnv): Promise<number> => {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success)
    throw new WaybillError('OPTION_INVALID', `The environment variable ${String(parsed.error.issues[0]?.path[0])} is needed (a password of at least 12 characters).`);
  const { DATABASE_URL: adminUrl, WAYBILL_RUNTIME_PASSWORD: runtimePassword, TEMPORAL_ADDRESS: address } = parsed.data;
  const { version } = await migrateDatabase({ adminUrl, runtimePassword });
  if (address !== undefined) {
    const connection = await connectToEngine(address);
    try { await registerSearchAttributes(connection); } finally { await connection.close(); }
  }
  return version;
};
