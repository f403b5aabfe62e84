import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import { stagingTable } from './staging-table.ts';
import type { SelectRowsInput } from './select-rows.ts';

export interface FreezeInput {
  readonly jobId: string;
  readonly planEpoch: number;
  readonly selection: SelectRowsInput & { readonly definition: DatasetDefinition };
  /** Aimed size of a part. */
  readonly partBytes: number;
  /** Most rows of one file; null: one file. */
  readonly splitRows: number | null;
}

/** The first holds all that was frozen, or what comes before the second. */
export type Half = 1 | 2;

export const frozenTable = ({ jobId, planEpoch }: { readonly jobId: string; readonly planEpoch: number }, half: Half): string => stagingTable({ jobId, round: half, planEpoch });
