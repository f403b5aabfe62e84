/** What the engine's list can be searched by: kinds, states and names of our own, never a value or a file's name (design 10.14). */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const waybillKind = defineSearchAttributeKey('WaybillKind', SearchAttributeType.KEYWORD);
export const waybillState = defineSearchAttributeKey('WaybillState', SearchAttributeType.KEYWORD);
export const waybillDataset = defineSearchAttributeKey('WaybillDataset', SearchAttributeType.KEYWORD);
export const waybillOrg = defineSearchAttributeKey('WaybillOrg', SearchAttributeType.KEYWORD);
