/**
 * Keeps histories of real runs, so that a change of the workflow's code is held to what runs of it have done already
 * (test/workflow/replay.test.ts). `WAYBILL_RECORD_HISTORIES=1 npx vitest run --project workflow` writes them anew.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { importWorkflowType } from '../../contracts/workflow-messages.ts';

const { History } = temporal.api.history.v1;

export const historiesFolder = fileURLToPath(new URL('../workflow/histories/', import.meta.url));

/** Stacks name files of the machine, and replay does not look at them. */
const withoutStacks = (name: string, value: unknown): unknown => (name === 'stackTrace' ? undefined : value);

export const recordHistory = async (handle: Pick<WorkflowHandle, 'fetchHistory'>, cause: string, workflowType: string = importWorkflowType): Promise<void> => {
  if (process.env['WAYBILL_RECORD_HISTORIES'] === undefined) return;
  await mkdir(historiesFolder, { recursive: true });
  // Not the SDK's historyToJSON: it fails ("type must be a Type") where npm has given two of its packages a protobufjs each.
  const history = History.toObject(History.fromObject(await handle.fetchHistory()), { longs: String, enums: String, bytes: String });
  await writeFile(`${historiesFolder}${workflowType}.${cause}.json`, `${JSON.stringify(history, withoutStacks, 1)}\n`);
};

export const readHistory = async (name: string): Promise<temporal.api.history.v1.History> =>
  History.fromObject(JSON.parse(await readFile(`${historiesFolder}${name}`, 'utf8')) as object);
