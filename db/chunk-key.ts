/** What keys everything that a chunk leaves in the database (design 10.2). */
export interface ChunkKey {
  readonly jobId: string;
  readonly round: number;
  readonly planEpoch: number;
  readonly chunkNo: number;
}

export type EpochKey = Omit<ChunkKey, 'chunkNo'>;

export const epochValues = (key: EpochKey): [string, number, number] => [key.jobId, key.round, key.planEpoch];
export const chunkValues = (key: ChunkKey): [string, number, number, number] => [key.jobId, key.round, key.planEpoch, key.chunkNo];
