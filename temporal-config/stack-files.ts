/** The stack's own files: what runs now (stack.json), what stays (settings.json), the token and the passwords. All of mode 0600, written whole. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { freePort, portIsFree } from './free-port.ts';
import { processIdentitySchema } from './process-identity.ts';
import type { DataFolder } from './data-folder.ts';

export const stackFileSchema = z.object({
  schemaVersion: z.literal(1),
  stackId: z.string(),
  supervisor: processIdentitySchema,
  startedAt: z.string(),
  apiUrl: z.string(),
  /** Address of the Temporal UI; empty when the engine is not ours. */
  uiUrl: z.string(),
  temporalAddress: z.string(),
  /** Runtime role. */
  databaseUrl: z.string(),
  /** Owner. */
  adminUrl: z.string(),
  tokenFile: z.string(),
  receipts: z.string(),
  keys: z.string(),
  processes: z.record(z.string(), processIdentitySchema),
}).readonly();
export type StackFile = z.infer<typeof stackFileSchema>;

const port = z.number().int().min(1).max(65_535);
const settingsSchema = z.object({
  stackId: z.string(),
  ports: z.object({ postgres: port, engine: port, engineHttp: port, engineMetrics: port, ui: port, api: port }),
}).readonly();
export type StackSettings = z.infer<typeof settingsSchema>;
type PortName = keyof StackSettings['ports'];
const portNames: readonly PortName[] = ['postgres', 'engine', 'engineHttp', 'engineMetrics', 'ui', 'api'];

export const writePrivate = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.${randomUUID()}.draft`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
};

const readJson = async <T>(path: string, schema: z.ZodType<T>): Promise<T | null> => {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try { return schema.parse(JSON.parse(text)); } catch { return null; }
};

/** null when no stack was started here, or it was stopped in good order. What it says may be out of date after a `kill -9` of the supervisor. */
export const readStackFile = (folder: DataFolder): Promise<StackFile | null> => readJson(folder.stackFile, stackFileSchema);
export const writeStackFile = (folder: DataFolder, file: StackFile): Promise<void> =>
  writePrivate(folder.stackFile, `${JSON.stringify(file, null, 2)}\n`);
export const removeStackFile = (folder: DataFolder): Promise<void> => rm(folder.stackFile, { force: true });

export const readSettings = (folder: DataFolder): Promise<StackSettings | null> => readJson(folder.settingsFile, settingsSchema);

/** The same ports from start to start; one that somebody else took meanwhile is replaced. Call it when nothing of the stack runs. */
export const settleSettings = async (folder: DataFolder): Promise<StackSettings> => {
  const known = await readSettings(folder);
  const taken = new Set<number>();
  const ports: Partial<Record<PortName, number>> = {};
  for (const name of portNames) {
    const before = known?.ports[name];
    const chosen = before !== undefined && !taken.has(before) && await portIsFree(before) ? before : await freePort(taken);
    taken.add(chosen);
    ports[name] = chosen;
  }
  const settings = settingsSchema.parse({ stackId: known?.stackId ?? randomUUID(), ports });
  await writePrivate(folder.settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
};

/** A random secret in a file of mode 0600, made once. */
export const ensureSecret = async (path: string): Promise<string> => {
  const found = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (found !== '') return found;
  const secret = randomBytes(32).toString('base64url');
  await writePrivate(path, `${secret}\n`);
  return secret;
};
