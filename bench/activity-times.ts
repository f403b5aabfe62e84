/** When activities ran, read from the history of a job's workflow: what is left of a load is the engine's own time. */
import { Client, Connection } from '@temporalio/client';
import { importWorkflowId } from '../contracts/ids.ts';
import type { JobId } from '../contracts/ids.ts';

export interface ActivityTime {
  readonly type: string;
  readonly startMs: number;
  readonly endMs: number;
}

type ProtoTime = { readonly seconds?: { toString(): string } | number | null; readonly nanos?: number | null } | null | undefined;
const msOf = (time: ProtoTime): number => Number((time?.seconds ?? 0).toString()) * 1000 + (time?.nanos ?? 0) / 1e6;

export const readActivityTimes = async (temporalAddress: string, jobId: JobId, workflowIdOf: (jobId: JobId) => string = importWorkflowId): Promise<readonly ActivityTime[]> => {
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const history = await new Client({ connection }).workflow.getHandle(workflowIdOf(jobId)).fetchHistory();
    const types = new Map<string, string>();
    const starts = new Map<string, number>();
    const times: ActivityTime[] = [];
    for (const event of history.events ?? []) {
      const at = msOf(event.eventTime);
      if (event.activityTaskScheduledEventAttributes) types.set(String(event.eventId), event.activityTaskScheduledEventAttributes.activityType?.name ?? '');
      if (event.activityTaskStartedEventAttributes) starts.set(String(event.activityTaskStartedEventAttributes.scheduledEventId), at);
      const scheduledId = event.activityTaskCompletedEventAttributes?.scheduledEventId;
      if (scheduledId !== undefined && scheduledId !== null)
        times.push({ type: types.get(String(scheduledId)) ?? '', startMs: starts.get(String(scheduledId)) ?? at, endMs: at });
    }
    return times;
  } finally {
    await connection.close();
  }
};

/** Seconds between the two moments in which no activity ran. */
export const secondsWithoutActivity = (times: readonly ActivityTime[], fromMs: number, toMs: number): number => {
  let reached = fromMs;
  let idle = 0;
  for (const { startMs, endMs } of [...times].sort((left, right) => left.startMs - right.startMs)) {
    const start = Math.min(startMs, toMs);
    if (start > reached) idle += start - reached;
    reached = Math.max(reached, Math.min(endMs, toMs));
  }
  return (idle + Math.max(0, toMs - reached)) / 1000;
};

/** From the first start to the last end of each kind of step, in the order in which they began. */
export const secondsByStep = (times: readonly ActivityTime[]): Readonly<Record<string, number>> => {
  const spans = new Map<string, { start: number; end: number }>();
  for (const { type, startMs, endMs } of times) {
    const span = spans.get(type) ?? { start: startMs, end: endMs };
    spans.set(type, { start: Math.min(span.start, startMs), end: Math.max(span.end, endMs) });
  }
  return Object.fromEntries([...spans].map(([type, { start, end }]) => [type, (end - start) / 1000]));
};

export const secondsOfStaging = (times: readonly ActivityTime[]): number => secondsByStep(times)['stageChunk'] ?? 0;
