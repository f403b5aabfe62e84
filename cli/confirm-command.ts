/** `waybill confirm`: the answer to what a job asks. */
import { InvalidArgumentError } from 'commander';
import { confirmMappingDocument } from './generated/operations.ts';
import type { WishAnswer } from './generated/operations.ts';
import type { DateFormatOption, MapOption } from './parse-options.ts';
import { mapOf } from './read-mapping-file.ts';
import type { CommandContext } from './run-command.ts';
import { fetchJob } from './fetch-job.ts';

export interface ConfirmOptions {
  /** Takes what is proposed. */
  readonly accept?: boolean;
  readonly map?: readonly MapOption[];
  readonly mapping?: string;
  readonly dateFormat?: readonly DateFormatOption[];
  readonly ignore?: readonly string[];
  /** False: the answer holds for this file only. */
  readonly remember?: boolean;
}

const answerText: Readonly<Record<WishAnswer, string>> = {
  heard: 'The job goes on.',
  refused: 'The answer is kept, but the job does not wait any more.',
  no_worker: 'The answer is kept; no worker answers at the moment, and the job goes on as soon as one is back.',
};

export const confirmMapping = async ({ client, output }: CommandContext, jobId: string, options: ConfirmOptions): Promise<number> => {
  const { map } = await mapOf(options);
  const { accept = false, dateFormat, ignore, remember = true } = options;
  // Not even an empty answer is given by mistake.
  if (!accept && map === undefined && dateFormat === undefined && ignore === undefined)
    throw new InvalidArgumentError('Say what holds: --accept, --map, --mapping, --date-format or --ignore.');
  await fetchJob(client, jobId);
  const { confirmMapping: confirmed } = await client.request(confirmMappingDocument, {
    jobId, map: map ?? null, dateOrders: dateFormat ?? null, ignore: ignore ?? null, acceptProposals: accept, remember,
  });
  output.result(confirmed, () => `${answerText[confirmed.answer]} Follow it with: waybill watch ${jobId}`);
  return confirmed.answer === 'refused' ? 6 : 0;
};
