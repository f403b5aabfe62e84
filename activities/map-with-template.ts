/** The mapping that a template gives a file, once what differs is told and allowed. */
import type { DatasetDefinition } from '../contracts/dataset-definition.ts';
import type { ParseOptions } from '../contracts/parse-options.ts';
import { joinEvidence, type JoinedMapping } from '../core/mapping/join-evidence.ts';
import { isWeighable } from '../core/mapping/propose-by-evidence.ts';
import type { SampledColumns } from '../core/mapping/sample-columns.ts';
import { settleDrift } from './settle-drift.ts';
import type { ActivityDeps } from './activity-deps.ts';
import { lookForDrift, type TemplateMapOrder } from './look-for-drift.ts';

export const mapWithTemplate = async (deps: ActivityDeps, order: TemplateMapOrder): Promise<JoinedMapping> => {
  const { template: { said }, request, parse, definition } = order;
  const { report, sampled, mapping } = await lookForDrift(deps, order);
  settleDrift({ report, accepted: said.acceptDrift === true });
  return withCandidates({ mapping, unmapped: unusedOf(parse, mapping), open: [], proposal: null }, { sampled, definition, zone: request.zone });
};

const unusedOf = ({ columns }: ParseOptions, mapping: JoinedMapping['mapping']): JoinedMapping['unmapped'] => {
  const used = new Set(mapping.flatMap((entry) => entry.columns));
  return columns.flatMap((_, column) => (used.has(column) ? [] : [{ column }]));
};

/** What the template leaves unmapped is only named, with what it could be: the template says what feeds what. */
const withCandidates = (mapped: JoinedMapping, { sampled, definition, zone }: { readonly sampled: SampledColumns; readonly definition: DatasetDefinition; readonly zone: string }): JoinedMapping => {
  const { mapping, unmapped } = mapped;
  if (unmapped.length === 0 || mapping.length === definition.fields.length || !isWeighable(sampled.columns.length, definition.fields.length)) return mapped;
  const joined = joinEvidence({ names: { mapping, unmapped: unmapped.map(({ column }) => column) }, sampled, definition, zone });
  const taken = joined.mapping.filter(({ field }) => !mapping.some((entry) => entry.field === field)).map(({ field, columns, confidence = 1 }) => ({ field, columns, confidence }));
  return {
    mapping, proposal: null, open: [...taken, ...joined.open],
    unmapped: unmapped.map(({ column }) => {
      const own = taken.filter(({ columns }) => columns.includes(column)).map(({ field, confidence }) => ({ field, confidence }));
      return own.length > 0 ? { column, candidates: own } : joined.unmapped.find((each) => each.column === column) ?? { column };
    }),
  };
};
