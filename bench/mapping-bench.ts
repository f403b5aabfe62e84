/** How right the proposed mappings are, by the rules of the benchmark's `score.py`, and how long they take. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetDefinitionSchema, type DatasetDefinition } from '../contracts/dataset-definition.ts';
import { detectSource } from '../core/detect/detect-source.ts';
import { createSourceDecoder } from '../core/formats/csv/source-decoder.ts';
import type { RandomAccess } from '../core/formats/source-format.ts';
import { autoFrom } from '../core/mapping/confidence.ts';
import { columnLabels, describeProposal, type MappingAnswer } from '../core/mapping/describe-proposal.ts';
import { proposeByEvidence, type EvidenceProposal } from '../core/mapping/propose-by-evidence.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import { checkoutFolder } from '../temporal-config/checkout-folder.ts';
import { measureMapping } from './mapping-speed.ts';
import { addCounts, ratesOf, scoreMapping, type ExpectedMapping, type FileScore } from './score-mapping.ts';

const accessTo = (bytes: Buffer): RandomAccess => ({ bytes: bytes.length, read: (start, end) => Promise.resolve(bytes.subarray(start, end)) });

export const readExpected = (folder: string): readonly ExpectedMapping[] => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as readonly ExpectedMapping[];

export const readDataset = (folder: string, name: string): DatasetDefinition => datasetDefinitionSchema.parse(JSON.parse(readFileSync(join(folder, 'datasets', `${name}.json`), 'utf8')));

interface NamedProposal { readonly names: readonly string[]; readonly labels: readonly string[]; readonly proposal: EvidenceProposal }

export const proposalFor = async (folder: string, { file, dataset }: Pick<ExpectedMapping, 'file' | 'dataset'>, takenFrom = autoFrom): Promise<NamedProposal> => {
  const bytes = readFileSync(join(folder, 'files', file));
  const { options } = detectSource({ samples: [{ offset: 0, bytes }], totalBytes: bytes.length, overrides: {} });
  const decoder = createSourceDecoder(options.encoding);
  const text = options.encoding === 'utf-8' ? bytes : Buffer.concat([decoder.push(bytes), decoder.end()]);
  const { columns, named } = await sampleColumns(accessTo(text), options);
  const names = columns.map(({ name }) => name);
  return { names, labels: columnLabels(names), proposal: proposeByEvidence({ columns, named, definition: readDataset(folder, dataset), takenFrom }) };
};

export const answerFor = async (folder: string, expected: Pick<ExpectedMapping, 'file' | 'dataset'>, takenFrom = autoFrom): Promise<MappingAnswer> => {
  const { names, proposal } = await proposalFor(folder, expected, takenFrom);
  return describeProposal(names, proposal);
};

const places = { published: join(checkoutFolder, '..', 'shared', 'data', 'mapping'), elsewhere: join(checkoutFolder, 'test', 'fixtures', 'mapping') } as const;

interface Scored { readonly expected: ExpectedMapping; readonly score: FileScore; readonly answer: MappingAnswer }

const scoreFolder = async (folder: string): Promise<readonly Scored[]> => Promise.all(readExpected(folder).map(async (expected) => {
  const answer = await answerFor(folder, expected);
  return { expected, answer, score: scoreMapping(expected, answer) };
}));

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const line = (title: string, counts: readonly FileScore[]): string => {
  const all = ratesOf(addCounts(counts.map((score) => score.all))), auto = ratesOf(addCounts(counts.map((score) => score.auto)));
  return `${title.padEnd(44)} F1 ${all.f1.toFixed(3)}  precision ${percent(all.precision).padStart(7)}  recall ${percent(all.recall).padStart(7)} | without asking: precision ${percent(auto.precision).padStart(7)}  recall ${percent(auto.recall).padStart(7)}`;
};

const limits = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8] as const;

/**
 * Each file in turn stands for a publisher that nobody has seen: the least limit at which nothing is wrong on all others is chosen (one that just holds
 * the target there would not hold it elsewhere), and the file is measured with it.
 */
const leaveOneOut = async (folders: readonly string[]): Promise<string> => {
  const files = folders.flatMap((folder) => readExpected(folder).map((expected) => ({ folder, expected })));
  const scores = await Promise.all(files.map(({ folder, expected }) => Promise.all(limits.map(async (limit) => scoreMapping(expected, await answerFor(folder, expected, limit)).auto))));
  const chosen = files.map((_, left) => {
    const least = limits.findIndex((__, at) => ratesOf(addCounts(scores.filter((___, index) => index !== left).flatMap((counts) => counts[at] ?? []))).precision === 1);
    return { limit: limits[Math.max(0, least)] ?? 1, counts: scores[left]?.[Math.max(0, least)] };
  });
  const { precision, recall } = ratesOf(addCounts(chosen.flatMap(({ counts }) => counts ?? [])));
  return `leave one publisher out, ${files.length} files: limits ${[...new Set(chosen.map(({ limit }) => limit))].join(', ')}; without asking: precision ${percent(precision)}  recall ${percent(recall)}`;
};

export const targets = { f1: 0.92, autoPrecision: 0.99, autoRecall: 0.7, milliseconds: 1_000 } as const;

export interface MappingBenchOptions { readonly folder?: string | undefined }

/** Figures of the published benchmark, when it is there, and of the files of other publishers and languages in this repository. */
export const runMappingBench = async ({ folder }: MappingBenchOptions): Promise<{ readonly text: string; readonly holds: boolean }> => {
  const lines: string[] = [];
  let holds = true;
  for (const [name, place] of folder === undefined ? Object.entries(places) : [['given', folder] as const]) {
    if (!existsSync(join(place, 'expected.json'))) { lines.push(`${name}: not there`); continue; }
    const scored = await scoreFolder(place);
    const scores = scored.map(({ score }) => score);
    lines.push(`${name}: ${scored.length} files`, ...scored.map(({ expected, score }) => line(`  ${expected.file}`, [score])));
    for (const language of new Set(scored.map(({ expected }) => expected.language)))
      lines.push(line(`  language ${language}`, scored.filter(({ expected }) => expected.language === language).map(({ score }) => score)));
    lines.push(line('  all', scores), ...scores.flatMap(({ wrong }) => wrong.map((each) => `    wrong: ${each}`)));
    const all = ratesOf(addCounts(scores.map((score) => score.all))), auto = ratesOf(addCounts(scores.map((score) => score.auto)));
    holds &&= all.f1 >= targets.f1 && auto.precision >= targets.autoPrecision && auto.recall >= targets.autoRecall;
  }
  lines.push(await leaveOneOut((folder === undefined ? Object.values(places) : [folder, places.elsewhere]).filter((place) => existsSync(join(place, 'expected.json')))));
  const speed = measureMapping();
  lines.push(`time: ${speed.columns} columns, ${speed.fields} fields: ${speed.milliseconds.toFixed(0)} ms`);
  holds &&= speed.milliseconds < targets.milliseconds;
  lines.push(`targets: F1 >= ${targets.f1}, without asking precision >= ${targets.autoPrecision} at recall >= ${targets.autoRecall}, < ${targets.milliseconds} ms: ${holds ? 'held' : 'MISSED'}`);
  return { text: lines.join('\n'), holds };
};
