/** `waybill receipt verify` (offline: no stack, no network) and `receipt show`. */
import { readFile } from 'node:fs/promises';
import { WaybillError } from '../contracts/errors.ts';
import type { ExportReceiptBody, ImportReceiptBody, Receipt } from '../contracts/receipt.ts';
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

const importText = (body: ImportReceiptBody, keyId: string): string => [
  `Import ${body.jobId} into ${body.dataset} (version ${body.datasetVersion ?? 'none'}): ${body.state}${body.errorCode === null ? '' : ` (${body.errorCode})`}`,
  indent([
    `file       ${body.source.sha256} (${groupDigits(body.source.bytes)} bytes)`,
    `plan       ${body.planHash === null ? 'none: it ended before' : `${body.planHash} (epoch ${body.planEpoch})`}`,
    `by         ${body.actor}, organisation ${body.org}${body.partner === null ? '' : `, partner ${body.partner}`}`,
    `committed  ${body.committedAt ?? 'never'}`,
    `audit      event ${body.auditHead.seq}, ${body.auditHead.hash}`,
    `key        ${keyId}`,
  ].join('\n')),
  ...(body.books === null ? [] : [...(body.committedAt === null ? ['  Nothing was committed; the draft was:'] : []), indent(booksTable(body.books))]),
].join('\n');

const exportText = (body: ExportReceiptBody, keyId: string): string => [
  `Export ${body.jobId} of ${body.dataset} (version ${body.datasetVersion ?? 'none'}): ${body.state}${body.errorCode === null ? '' : ` (${body.errorCode})`}`,
  indent([
    ...body.files.map((file) => `file ${String(file.no).padEnd(6)}${file.sha256} (${groupDigits(file.rows)} rows, ${groupDigits(file.bytes)} bytes)`),
    `format     ${body.format}${body.compression === 'none' ? '' : `, ${body.compression}`}${body.guardedCells === 0 ? '' : `; ${groupDigits(body.guardedCells)} cells with an apostrophe against formulas`}`,
    `fields     ${body.fields.map(({ field, as }) => field === as ? field : `${field} as ${as}`).join(', ')}`,
    `filtered   ${body.filterFields.length === 0 ? 'no' : `by ${body.filterFields.join(', ')}`}`,
    `by         ${body.actor}, organisation ${body.org}${body.partner === null ? '' : `, partner ${body.partner}`}`,
    `rows of    ${body.frozenAt ?? 'no moment: it ended before'}`,
    `audit      event ${body.auditHead.seq}, ${body.auditHead.hash}`,
    `key        ${keyId}`,
  ].join('\n')),
].join('\n');

export const receiptText = ({ body, signature }: Receipt): string =>
  body.kind === 'import' ? importText(body, signature.keyId) : exportText(body, signature.keyId);

const trustText = (verdict: ReceiptVerdict): string => verdict.trusted === null
  ? 'The receipt was not altered since it was signed. Who signed it is not proven: name the key that you trust with --key.'
  : 'The receipt holds: it was signed by the trusted key and not altered since.';

const verdictText = (verdict: ReceiptVerdict): string => verdict.valid
  ? [trustText(verdict), ...(verdict.receipt === null ? [] : [receiptText(verdict.receipt)])].join('\n')
  : verdict.reasons.map((reason) => `RECEIPT_INVALID: ${receiptFaults[reason]}`).join('\n');

const verdictJson = ({ valid, reasons, trusted, receipt }: ReceiptVerdict): unknown => ({
  valid, reasons, trusted, keyId: receipt?.signature.keyId ?? null,
  jobId: receipt?.body.jobId ?? null, state: receipt?.body.state ?? null,
  books: receipt?.body.kind === 'import' ? receipt.body.books : null,
  ...(receipt?.body.kind === 'export' ? { rows: receipt.body.rows, files: receipt.body.files } : {}),
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
