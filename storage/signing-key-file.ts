/**
 * The signing key's file: made on first start, mode 0600 in a folder of mode 0700, whole or not at all, and the same for several
 * processes that start at once. The public half lies beside it, for whoever verifies receipts.
 */
import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';

export const signingKeyFileName = 'signing-key.pem';
export const publicKeyFileName = 'signing-key.pub.pem';

export interface SigningKeyFile {
  /** PKCS #8; `signingKeyOf` of core/receipt makes a key of it. */
  readonly privatePem: string;
  readonly path: string;
  readonly publicPath: string;
}

const isCode = (error: unknown, code: string): boolean => error instanceof Error && 'code' in error && error.code === code;

const readIfThere = async (path: string): Promise<string | null> => {
  try { return await readFile(path, 'utf8'); } catch (error) { if (isCode(error, 'ENOENT')) return null; throw error; }
};

/** A link, not a rename: whoever comes second keeps the first one's key instead of replacing it. */
const putOnce = async (path: string, text: string, mode: number): Promise<void> => {
  const draft = `${path}.${randomUUID()}.draft`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try { await link(draft, path); } catch (error) { if (!isCode(error, 'EEXIST')) throw error; } finally { await rm(draft, { force: true }); }
};

const closeToOthers = async (path: string): Promise<void> => {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) await chmod(path, 0o600);
};

export const loadOrCreateSigningKey = async (folder: string): Promise<SigningKeyFile> => {
  const path = join(folder, signingKeyFileName);
  const publicPath = join(folder, publicKeyFileName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  if (await readIfThere(path) === null)
    await putOnce(path, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 0o600);
  await closeToOthers(path);
  const privatePem = await readFile(path, 'utf8');
  const publicPem = publicHalf(privatePem);
  if (await readIfThere(publicPath) !== publicPem) {
    await rm(publicPath, { force: true });
    await putOnce(publicPath, publicPem, 0o644);
  }
  return { privatePem, path, publicPath };
};

const publicHalf = (privatePem: string): string => {
  try {
    return createPublicKey(privatePem).export({ format: 'pem', type: 'spki' }).toString();
  } catch (cause) {
    throw new WaybillError('RECEIPT_INVALID', 'The signing key’s file does not hold a private key.', {}, { cause });
  }
};
