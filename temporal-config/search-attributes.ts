/** Typed search attributes (design 10.14): few, no values, no file names. */
import type { Connection } from '@temporalio/client';
import { WaybillError } from '../contracts/errors.ts';
import { temporalNamespace } from '../contracts/ids.ts';

export const searchAttributes = ['WaybillKind', 'WaybillState', 'WaybillDataset', 'WaybillOrg'] as const;

/** `temporal.api.enums.v1.IndexedValueType`: KEYWORD. */
const keyword = 2;

const missingAttributes = async (connection: Connection): Promise<readonly string[]> => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: temporalNamespace });
  return searchAttributes.filter((name) => customAttributes[name] === undefined);
};

/** On an engine that is not ours; an engine of ours is started with them. */
export const registerSearchAttributes = async (connection: Connection): Promise<void> => {
  const missing = await missingAttributes(connection);
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace: temporalNamespace, searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (cause) {
    throw new WaybillError('ENGINE_UNAVAILABLE',
      `The engine lacks the search attributes ${missing.join(', ')} and they could not be registered. Register them as Keyword with \`temporal operator search-attribute create\`.`, {}, { cause });
  }
};
