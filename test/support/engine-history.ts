/** Everything that the engine holds of its workflows, as one text: histories, memos, search attributes; payloads decoded. */
import { Connection } from '@temporalio/client';

/** Bytes as text: a payload is JSON inside protobuf. */
const readable = (value: unknown): string => JSON.stringify(value, (_, item: unknown) => {
  if (item instanceof Uint8Array) return Buffer.from(item).toString('utf8');
  if (typeof item === 'object' && item !== null && 'type' in item && item.type === 'Buffer' && 'data' in item) return Buffer.from(item.data as number[]).toString('utf8');
  return item;
});

export interface EngineWorkflow { readonly workflowId: string; readonly text: string }

export const readEngineWorkflows = async (address: string): Promise<readonly EngineWorkflow[]> => {
  const connection = await Connection.connect({ address });
  try {
    const { workflowService } = connection;
    const { executions } = await workflowService.listWorkflowExecutions({ namespace: 'default', pageSize: 1_000 });
    return await Promise.all(executions.map(async (listed) => {
      const execution = listed.execution ?? {};
      const pages: unknown[] = [listed, await workflowService.describeWorkflowExecution({ namespace: 'default', execution })];
      for (let token: Uint8Array | undefined; ;) {
        const page = await workflowService.getWorkflowExecutionHistory({ namespace: 'default', execution, ...(token === undefined ? {} : { nextPageToken: token }) });
        pages.push(page);
        token = page.nextPageToken ?? undefined;
        if (token === undefined || token.length === 0) break;
      }
      return { workflowId: execution.workflowId ?? '', text: readable(pages) };
    }));
  } finally {
    await connection.close();
  }
};
