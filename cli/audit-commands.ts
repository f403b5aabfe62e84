/**
 * `waybill audit verify` and `audit export`. The chain is verified here, from what the API hands out, and not by the API's word. An export
 * is JSON lines: the head with its signatures first, then every event, so that it can be verified anywhere with `audit verify --file`.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { WaybillError } from '../contracts/errors.ts';
import { chainFaults, verifyAuditChain } from '../core/receipt/audit-chain.ts';
import type { AuditChainEvent, ChainVerdict, HeadSignature } from '../core/receipt/audit-chain.ts';
import type { ApiClient } from './api-client.ts';
import type { CommandContext } from './run-command.ts';
import { doesNotHoldExitCode } from './exit-code.ts';
import { auditDocument, auditHeadDocument } from './generated/operations.ts';
import type { AuditQuery } from './generated/operations.ts';
import { groupDigits, plural } from './human-numbers.ts';
import { writeOut } from './json-list.ts';
import { createOutput } from './output.ts';
import type { Output } from './output.ts';
import { withRetry } from './retry.ts';
import { localKeysFolder, trustedPublicKeys } from './trusted-keys.ts';

type Event = AuditQuery['audit'][number];
interface Head { readonly seq: number; readonly hash: string; readonly signatures: readonly HeadSignature[] }

const page = 1_000;
const exportKind = 'waybill-audit';

async function* listEvents(client: ApiClient): AsyncGenerator<Event, void, undefined> {
  let afterSeq = 0;
  for (;;) {
    const after = afterSeq;
    const { audit } = await withRetry(() => client.request(auditDocument, { afterSeq: after, first: page }));
    yield* audit;
    const last = audit.at(-1);
    // A server that goes back would be asked for ever.
    if (last === undefined || last.seq <= afterSeq) return;
    afterSeq = last.seq;
  }
}

const chainEvent = ({ seq, body, prevHash, hash, jobId, at, org, actor, action, dataset, partner, purpose }: Event): AuditChainEvent =>
  ({ seq, body, prevHash, hash, columns: { at, org, actor, action, job: jobId, dataset, partner, purpose } });

async function* chainEvents(events: AsyncIterable<Event>): AsyncGenerator<AuditChainEvent, void, undefined> {
  for await (const event of events) yield chainEvent(event);
}

const broken = (what: string, place: Readonly<Record<string, number>> = {}): WaybillError => new WaybillError('AUDIT_BROKEN', what, place);

const parseLine = (text: string, line: number): unknown => {
  try { return JSON.parse(text); } catch { throw broken('The file is not an export of the audit log.', { line }); }
};

const asHead = (value: unknown): Head => {
  const { kind, seq, hash, signatures } = typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {};
  if (kind !== exportKind || typeof seq !== 'number' || typeof hash !== 'string' || !Array.isArray(signatures))
    throw broken('The file does not begin with the head of an audit log.', { line: 1 });
  return { seq, hash, signatures: signatures as readonly HeadSignature[] };
};

const asEvent = (value: unknown, line: number): Event => {
  const { seq, body, prevHash, hash } = typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {};
  if (typeof seq !== 'number' || typeof body !== 'string' || typeof prevHash !== 'string' || typeof hash !== 'string') throw broken('The line is not an event of an audit log.', { line });
  return value as Event;
};

interface Chain { readonly head: Head; readonly events: AsyncIterable<Event> }

const readExport = async (file: string): Promise<Chain> => {
  const input = createReadStream(file, 'utf8');
  await new Promise<void>((resolve, reject) => {
    input.once('open', () => { resolve(); });
    input.once('error', (cause) => { reject(new WaybillError('FILE_UNREADABLE', 'The export cannot be read.', {}, { cause })); });
  });
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const first = await lines.next();
  const head = asHead(first.done === true ? null : parseLine(first.value, 1));
  const events = async function* (): AsyncGenerator<Event, void, undefined> {
    let line = 1;
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      line += 1;
      if (next.value !== '') yield asEvent(parseLine(next.value, line), line);
    }
  };
  return { head, events: events() };
};

/**
 * The head is read before the events, so a log that grows meanwhile is longer than its head and never shorter. It is asked for once: a stack
 * that does not run is reported at once, one that goes away later is waited for.
 */
const readLog = async (client: ApiClient): Promise<Chain> => {
  const { auditHead } = await client.request(auditHeadDocument, {});
  return { head: auditHead, events: listEvents(client) };
};

const judge = async ({ head, events }: Chain, trustedKeys: Awaited<ReturnType<typeof trustedPublicKeys>>): Promise<ChainVerdict> => {
  const verdict = await verifyAuditChain(chainEvents(events), { headSignatures: head.signatures, trustedKeys });
  // The unsigned head: says nothing against a forger, but tells an incomplete answer from a complete one.
  return verdict.holds && verdict.lastSeq < head.seq ? { ...verdict, holds: false, brokenSeq: verdict.lastSeq + 1, reason: 'TRUNCATED' } : verdict;
};

const signedText = (verdict: ChainVerdict): string => {
  if (verdict.signedUpTo !== null) return `Signed by a trusted key up to event ${groupDigits(verdict.signedUpTo)}.`;
  return verdict.unknownKeyHeads > 0
    ? 'No head is signed by a trusted key: name the key with --key to prove that the log was not computed anew.'
    : 'No head is signed yet.';
};

const tell = (verdict: ChainVerdict, output: Output): number => {
  if (verdict.holds) {
    output.result(verdict, () => `The audit log holds: ${plural(verdict.events, 'event')}, head ${verdict.lastHash}. ${signedText(verdict)}`);
    return 0;
  }
  output.printJson(verdict);
  output.note(`AUDIT_BROKEN: event ${verdict.brokenSeq}: ${verdict.reason}: ${chainFaults[verdict.reason]} The ${plural(verdict.events, 'event')} before it hold.`);
  return doesNotHoldExitCode;
};

export interface AuditVerifyOptions { readonly key?: readonly string[] }

export const verifyAudit = async ({ client, output }: CommandContext, { key }: AuditVerifyOptions): Promise<number> =>
  tell(await judge(await readLog(client), await trustedPublicKeys(key, client.address.keysFolder)), output);

export const verifyAuditFile = async (file: string, { key, json }: AuditVerifyOptions & { readonly json?: boolean }): Promise<number> =>
  tell(await judge(await readExport(file), await trustedPublicKeys(key, localKeysFolder())), createOutput(json === true));

export const exportAudit = async ({ client }: CommandContext): Promise<void> => {
  const { head, events } = await readLog(client);
  await writeOut(`${JSON.stringify({ kind: exportKind, schemaVersion: 1, ...head })}\n`);
  for await (const event of events) await writeOut(`${JSON.stringify(event)}\n`);
};
