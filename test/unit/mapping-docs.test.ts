import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerFor, readExpected } from '../../bench/mapping-bench.ts';
import { addCounts, ratesOf, scoreMapping } from '../../bench/score-mapping.ts';
import { datasetDefinitionSchema } from '../../contracts/dataset-definition.ts';
import { detectSource } from '../../core/detect/detect-source.ts';
import { describeProposal, type MappingAnswer } from '../../core/mapping/describe-proposal.ts';
import { proposeByEvidence } from '../../core/mapping/propose-by-evidence.ts';
import { sampleColumns } from '../../core/mapping/sample-columns.ts';

const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8');
const blocks = (language: string): readonly string[] => [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map((match) => match[1] ?? '');
const fixtures = new URL('../fixtures/mapping', import.meta.url).pathname;

const answerOf = async (content: Buffer, dataset: unknown): Promise<MappingAnswer> => {
  const { options } = detectSource({ samples: [{ offset: 0, bytes: content }], totalBytes: content.length, overrides: {} });
  const { columns, named } = await sampleColumns({ bytes: content.length, read: (start, end) => Promise.resolve(content.subarray(start, end)) }, options);
  return describeProposal(columns.map(({ name }) => name), proposeByEvidence({ columns, named, definition: datasetDefinitionSchema.parse(dataset) }));
};

describe('docs/mapping.md', () => {
  it('shows what the program proposes for its example', async () => {
    const [file = ''] = blocks('csv'), [dataset = '', expected = ''] = blocks('json');
    const { confidence, ...answer } = await answerOf(Buffer.from(file), JSON.parse(dataset));
    expect(answer).toEqual(JSON.parse(expected));
    expect(Object.values(confidence).every((sure) => sure > 0.5 && sure < 1)).toBe(true);
  });
});

describe('the files of other publishers', () => {
  it('are mapped as well as the page says, and nothing is taken wrongly without asking', async () => {
    const scores = await Promise.all(readExpected(fixtures).map(async (expected) => scoreMapping(expected, await answerFor(fixtures, expected))));
    const all = ratesOf(addCounts(scores.map((score) => score.all))), auto = ratesOf(addCounts(scores.map((score) => score.auto)));
    const row = /^\| `test\/fixtures\/mapping` \| ([\d.]+) \|/m.exec(page)?.[1];
    expect(all.f1.toFixed(3)).toBe(row);
    expect(auto.precision).toBe(1);
    expect(auto.recall).toBeGreaterThan(0.7);
  });
});
