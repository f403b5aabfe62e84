/** Typed search attributes of every workflow (design 10.14): words of ours only. The stack registers them with the namespace as Keyword. */
import { TypedSearchAttributes, defineSearchAttributeKey } from '@temporalio/common';

const kind = defineSearchAttributeKey('WaybillKind', 'KEYWORD');
const state = defineSearchAttributeKey('WaybillState', 'KEYWORD');
const dataset = defineSearchAttributeKey('WaybillDataset', 'KEYWORD');
const org = defineSearchAttributeKey('WaybillOrg', 'KEYWORD');

export const jobSearchAttributes = (job: { readonly kind: string; readonly dataset: string; readonly org: string }): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: kind, value: job.kind }, { key: state, value: 'received' }, { key: dataset, value: job.dataset }, { key: org, value: job.org },
  ]);
