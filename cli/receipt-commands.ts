/** `waybill receipt verify` (offline: no stack, no network) and `receipt show`. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { Receipt } from '../contracts/receipt.ts';
import { receiptFaults, verifyReceiptText } from '../core/receipt/receipt-signing.ts';
import type { ReceiptVerdict } from '../core/receipt/receipt-signing.ts';
import type { CommandContext } from './run-command.ts';
import { doesNotHoldExitCode } from './exit-code.ts';
import { fetchReceipt } from './fetch-job.ts';
import { groupDigits } from './human-numbers.ts';
import { booksTable } from './job-report.ts';
import { createOutput } from './output.ts';
import { indent } from './text-table.ts';
import { localKeysFolder, trustedKeyIds } from './trusted-keys.ts';

export const receiptText = ({ body, signature }: Receipt): string => [
  `Import ${body.jobId} into ${body.dataset} (version ${body.datasetVersion ?? 'none'}): ${body.state}${body.errorCode === null ? '' : ` (${body.errorCode})`}`,
  indent([
    `file       ${body.source.sha256} (${groupDigits(body.source.bytes)} bytes)`,
    `plan       ${body.planHash === null ? 'none: it ended before' : `${body.planHash} (epoch ${body.planEpoch})`}`,
    `by         ${body.actor}, organisation ${body.org}${body.partner === null ? '' : `, partner ${body.partner}`}`,
    `committed  ${body.committedAt ?? 'never'}`,
    `audit      event ${body.auditHead.seq}, ${body.auditHead.hash}`,
    `key        ${signature.keyId}`,
  ].join('\n')),
  ...(body.books === null ? [] : [...(body.committedAt === null ? ['  Nothing was committed; the draft was:'] : []), indent(booksTable(body.books))]),
].join('\n');

const trustText = (verdict: ReceiptVerdict): string => verdict.trusted === null
  ? 'The receipt was not altered since it was signed. Who signed it is not proven: name the key that you trust with --key.'
  : 'The receipt holds: it was signed by the trusted key and not altered since.';

const verdictText = (verdict: ReceiptVerdict): string => verdict.valid
  ? [trustText(verdict), ...(verdict.receipt === null ? [] : [receiptText(verdict.receipt)])].join('\n')
  : verdict.reasons.map((reason) => `RECEIPT_INVALID: ${receiptFaults[reason]}`).join('\n');

const verdictJson = ({ valid, reasons, trusted, receipt }: ReceiptVerdict): unknown => ({
  valid, reasons, trusted, keyId: receipt?.signature.keyId ?? null,
  jobId: receipt?.body.jobId ?? null, state: receipt?.body.state ?? null, books: receipt?.body.books ?? null,
});

export const verifyReceiptFile = async (file: string, options: { readonly json?: boolean; readonly key?: readonly string[] }): Promise<number> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => { throw new WaybillError('FILE_UNREADABLE', 'The receipt cannot be read.', {}, { cause }); });
  const trusted = await trustedKeyIds(options.key, localKeysFolder());
  const verdict = verifyReceiptText(text, trusted === null ? {} : { trustedKeyId: trusted });
  const output = createOutput(options.json === true);
  if (!verdict.valid && !output.json) process.stderr.write(`${verdictText(verdict)}\n`);
  else output.result(verdictJson(verdict), () => verdictText(verdict));
  return verdict.valid ? 0 : doesNotHoldExitCode;
};

export const showReceipt = async ({ client, output }: CommandContext, id: string): Promise<void> => {
  const receipt = await fetchReceipt(client, id);
  if (receipt === null || receipt === undefined) throw new WaybillError('JOB_STATE', 'The job has no receipt: it has not ended, or it ended before anything was planned.');
  // As the API sends it; `receipt verify` is what checks it.
  output.result(receipt, () => `${receiptText(receipt as Receipt)}\n${indent(`file here  ${client.receiptPath(id)}`)}`);
};
