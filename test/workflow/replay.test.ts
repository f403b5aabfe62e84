/**
 * A run that began under the code of yesterday goes on under today's: the code must make the same decisions from the same history. A failure
 * here says that a running job would stand still after an update. Then either keep the old way for old runs (`patched`), or, before the
 * first release only, record anew: `WAYBILL_RECORD_HISTORIES=1 npx vitest run --project workflow`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { errorKinds } from '../../contracts/errors.ts';
import { jobStates } from '../../contracts/job-states.ts';
import { checkoutFolder } from '../../temporal-config/checkout-folder.ts';
import { buildBundles } from '../support/build-bundles.ts';
import { historiesFolder, readHistory } from '../support/record-history.ts';

interface Recorded { readonly name: string; readonly history: { readonly events: readonly object[] } }
const histories: readonly Recorded[] = readdirSync(historiesFolder).filter((name) => name.endsWith('.json')).sort()
  .map((name) => ({ name, history: JSON.parse(readFileSync(`${historiesFolder}${name}`, 'utf8')) as Recorded['history'] }));

Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });

describe('recorded histories', () => {
  let bundle = '';
  beforeAll(async () => {
    await buildBundles();
    bundle = readFileSync(`${checkoutFolder}/dist/workflow-bundle.js`, 'utf8');
  });

  it('hold every way that an import can take', () => {
    const causes = histories.map(({ name }) => name.replace(/^importFile\.|\.json$/g, ''));
    expect(causes).toEqual(expect.arrayContaining([
      'ordinary', 'real-import', 'restage', 'pause-resume', 'cancel', 'retried-chunk', 'continued', 'continues', 'missing-chunks', 'stale-draft', 'waits-for-writer',
      'refused', 'failed', 'stopped-by-limits', 'dry-run', 'confirmed', 'reminded', 'unanswered', 'cancelled-while-asking', 'waited-long', 'paused-while-asking', 'real-restage', 'real-open-order-aborted',
    ]));
  });

  it('are all replayed by the current code', async () => {
    const failures: string[] = [];
    const cases = await Promise.all(histories.map(async ({ name }) => ({ workflowId: name, history: await readHistory(name) })));
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { code: bundle } }, cases))
      if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
    expect(failures).toEqual([]);
  });

  it('would tell of a change: a story without its last look is not replayed', async () => {
    const changed = bundle.replaceAll(/await lookAndWait\(run, position\);/g, '');
    expect(changed).not.toBe(bundle);
    await expect(Worker.runReplayHistory({ workflowBundle: { code: changed } }, await readHistory('importFile.ordinary.json'))).rejects.toThrow(/[Nn]on-?determinis/);
  });

  /** What a payload may say: counts, flags, and words of a known set. */
  const knownWord = new RegExp(`^(${[
    ...jobStates, ...Object.keys(errorKinds), 'staged', 'postponed', 'missing', 'waits', 'drafted', 'committed', 'stale', 'written', 'lost', 'import', 'export', 'fields', 'name', 'TypeError', 'id', 'tester', 'dataset_of_test', 'pause-stops-the-clock',
    '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  ].join('|')})$`);
  const payloadsOf = (value: unknown): readonly unknown[] => {
    if (typeof value !== 'object' || value === null) return [];
    const { data, metadata } = value as { data?: unknown; metadata?: unknown };
    if (typeof data === 'string' && metadata !== undefined) return [JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown];
    return Object.values(value).flatMap(payloadsOf);
  };
  const wordsOf = (value: unknown): readonly string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
  };

  it.each(histories)('$name holds counts, flags and words of ours, and no path of a machine', ({ history }) => {
    const words = payloadsOf(history).flatMap(wordsOf).filter((word) => !knownWord.test(word));
    expect(words).toEqual([]);
    expect(JSON.stringify(history)).not.toMatch(/stackTrace|\/(home|root|work|tmp)\//);
  });
});
