/** Whose signatures count: keys named with --key, else the key of the stack on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { publicKeyOfPem } from '../core/receipt/signing-key.ts';
import type { PublicKey } from '../core/receipt/signing-key.ts';
import { dataFolderAt, dataRoot } from '../temporal-config/data-folder.ts';

/** As storage/signing-key-file.ts names it; the CLI may not import storage. */
export const publicKeyFileName = 'signing-key.pub.pem';

const isKeyId = (text: string): boolean => /^[0-9a-f]{64}$/i.test(text);

const readPublicKey = async (path: string): Promise<PublicKey> => {
  try {
    return publicKeyOfPem(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new WaybillError('FILE_UNREADABLE', 'The key’s file cannot be read, or does not hold an Ed25519 key.', {}, { cause });
  }
};

const localKey = async (keysFolder: string): Promise<PublicKey | null> => {
  try { return publicKeyOfPem(await readFile(join(keysFolder, publicKeyFileName), 'utf8')); } catch { return null; }
};

export const localKeysFolder = (env: NodeJS.ProcessEnv = process.env): string => dataFolderAt(dataRoot(env)).keys;

/** Ids are enough for a receipt, which carries its key. Null: nothing is known on this machine, and nothing was named. */
export const trustedKeyIds = async (named: readonly string[] | undefined, keysFolder: string): Promise<readonly string[] | null> => {
  if (named !== undefined) return Promise.all(named.map(async (key) => isKeyId(key) ? key.toLowerCase() : (await readPublicKey(key)).keyId));
  const key = await localKey(keysFolder);
  return key === null ? null : [key.keyId];
};

/** The audit chain's signatures name the key by its id only, so its file is needed. */
export const trustedPublicKeys = async (named: readonly string[] | undefined, keysFolder: string): Promise<readonly PublicKey[]> => {
  if (named !== undefined) return Promise.all(named.map(readPublicKey));
  const key = await localKey(keysFolder);
  return key === null ? [] : [key];
};
