/** Where the API is: WAYBILL_API and WAYBILL_TOKEN, else the stack of this checkout's data folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaybillError } from '../contracts/errors.ts';
import { dataFolderAt, dataRoot } from '../temporal-config/data-folder.ts';

export interface ApiAddress {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
  /** Folder for receipts on this machine. */
  readonly receiptsFolder: string;
  readonly keysFolder: string;
  /** Whether the stack runs on this machine and writes its receipts there by itself. */
  readonly local: boolean;
}

/** The three members that a client needs. Parsed by hand: zod costs 40 ms, which is most of a small command's time. */
interface StackHint { readonly apiUrl: string; readonly tokenFile: string; readonly receipts: string; readonly keys: string }

const isStackHint = (value: unknown): value is StackHint =>
  typeof value === 'object' && value !== null &&
  ['apiUrl', 'tokenFile', 'receipts', 'keys'].every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'string');

const readStackHint = async (path: string): Promise<StackHint | null> => {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isStackHint(value) ? value : null;
  } catch {
    return null;
  }
};

const refuse = (what: string): WaybillError => new WaybillError('STACK_UNAVAILABLE', what);

const httpUrl = (text: string): string => {
  if (!/^https?:\/\/[^/]/.test(text)) throw new WaybillError('OPTION_INVALID', 'WAYBILL_API is not an http or https address.', { option: 'WAYBILL_API' });
  return text.replace(/\/+$/, '');
};

const readToken = async (path: string): Promise<string> => {
  const token = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (token === '') throw new WaybillError('UNAUTHENTICATED', 'The token of the stack cannot be read: it belongs to the user who started the stack.');
  return token;
};

export const findApi = async (env: NodeJS.ProcessEnv = process.env): Promise<ApiAddress> => {
  const folder = dataFolderAt(dataRoot(env));
  const given = env['WAYBILL_API'];
  if (given !== undefined && given !== '') {
    const token = env['WAYBILL_TOKEN'];
    return {
      url: httpUrl(given), token: token === undefined || token === '' ? await readToken(folder.tokenFile) : token,
      receiptsFolder: env['WAYBILL_RECEIPTS'] ?? folder.receipts, keysFolder: folder.keys, local: false,
    };
  }
  const stack = await readStackHint(folder.stackFile);
  if (stack === null) throw refuse('No stack is running here.');
  return { url: httpUrl(stack.apiUrl), token: await readToken(stack.tokenFile), receiptsFolder: stack.receipts, keysFolder: stack.keys, local: true };
};

export const receiptPath = (address: ApiAddress, jobId: string): string => join(address.receiptsFolder, `${jobId}.json`);
