/** The local token: made on first start, mode 0600, found by the CLI. Later identities come through the same seam (design 10.13). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { localOperator, type Actor } from '../../contracts/actor.ts';
import { WaybillError } from '../../contracts/errors.ts';

const shortestToken = 32;

/** Written whole beside and linked into place: of two processes that start at once one makes the token and both read the same. */
const makeToken = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.draft`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await file.sync();
  } finally { await file.close(); }
  await link(draft, path).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'EEXIST') throw error; });
  await rm(draft, { force: true });
};

export const readOrMakeToken = async (path: string): Promise<string> => {
  const read = (): Promise<string | null> => readFile(path, 'utf8').then((text) => text.trim(), () => null);
  if (await read() === null) await makeToken(path);
  await chmod(path, 0o600);
  const token = await read();
  if (token === null || token.length < shortestToken)
    throw new WaybillError('UNAUTHENTICATED', 'The token file is too short to be a token. Remove it, and a new one is made.', { setting: 'WAYBILL_TOKEN_FILE' });
  return token;
};

/** Who sends this request; null: nobody known. */
export type Authenticate = (request: Request) => Promise<Actor | null>;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const authenticateByToken = (token: string): Authenticate => {
  const expected = digest(token);
  return (request) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
    // Digests have one length, so the comparison tells nothing about the token's.
    return Promise.resolve(given !== undefined && timingSafeEqual(digest(given), expected) ? localOperator : null);
  };
};
