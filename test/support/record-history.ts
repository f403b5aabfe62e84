/**
 * Keeps histories of real runs, so that a change of the workflow's code is held to what runs of it have done already
 * (test/workflow/replay.test.ts). `WAYBILL_RECORD_HISTORIES=1 npx vitest run --project workflow` writes them anew.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { importWorkflowType } from '../../contracts/workflow-messages.ts';

export const historiesFolder = fileURLToPath(new URL('../workflow/histories/', import.meta.url));

/** Stacks name files of the machine, and replay does not look at them. */
const withoutStacks = (name: string, value: unknown): unknown => (name === 'stackTrace' ? undefined : value);

export const recordHistory = async (handle: Pick<WorkflowHandle, 'fetchHistory'>, cause: string): Promise<void> => {
  if (process.env['WAYBILL_RECORD_HISTORIES'] === undefined) return;
  await mkdir(historiesFolder, { recursive: true });
  const history = historyToJSON(await handle.fetchHistory());
  await writeFile(`${historiesFolder}${importWorkflowType}.${cause}.json`, `${JSON.stringify(history, withoutStacks, 1)}\n`);
};
