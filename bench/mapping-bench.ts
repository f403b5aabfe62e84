/** How right the proposed mappings are, by the rules of the benchmark's `score.py`, and how long they take. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetDefinitionSchema, type DatasetDefinition } from '../contracts/dataset-definition.ts';
import { detectSource } from '../core/detect/detect-source.ts';
import { createSourceDecoder } from '../core/formats/csv/source-decoder.ts';
import type { RandomAccess } from '../core/formats/source-format.ts';
import { columnLabels, describeProposal, type MappingAnswer } from '../core/mapping/describe-proposal.ts';
import { proposeByEvidence, type EvidenceProposal } from '../core/mapping/propose-by-evidence.ts';
import { sampleColumns } from '../core/mapping/sample-columns.ts';
import type { ExpectedMapping } from './score-mapping.ts';

const accessTo = (bytes: Buffer): RandomAccess => ({ bytes: bytes.length, read: (start, end) => Promise.resolve(bytes.subarray(start, end)) });

export const readExpected = (folder: string): readonly ExpectedMapping[] => JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as readonly ExpectedMapping[];

export const readDataset = (folder: string, name: string): DatasetDefinition => datasetDefinitionSchema.parse(JSON.parse(readFileSync(join(folder, 'datasets', `${name}.json`), 'utf8')));

interface NamedProposal { readonly names: readonly string[]; readonly labels: readonly string[]; readonly proposal: EvidenceProposal }

export const proposalFor = async (folder: string, { file, dataset }: Pick<ExpectedMapping, 'file' | 'dataset'>): Promise<NamedProposal> => {
  const bytes = readFileSync(join(folder, 'files', file));
  const { options } = detectSource({ samples: [{ offset: 0, bytes }], totalBytes: bytes.length, overrides: {} });
  const decoder = createSourceDecoder(options.encoding);
  const text = options.encoding === 'utf-8' ? bytes : Buffer.concat([decoder.push(bytes), decoder.end()]);
  const { columns, named } = await sampleColumns(accessTo(text), options);
  const names = columns.map(({ name }) => name);
  return { names, labels: columnLabels(names), proposal: proposeByEvidence({ columns, named, definition: readDataset(folder, dataset) }) };
};

export const answerFor = async (folder: string, expected: Pick<ExpectedMapping, 'file' | 'dataset'>): Promise<MappingAnswer> => {
  const { names, proposal } = await proposalFor(folder, expected);
  return describeProposal(names, proposal);
};
