/** Proposals for all columns of a file at once: the evidence of each pair, the best one-to-one assignment, and how sure each is. */
import type { DatasetDefinition } from '../../contracts/dataset-definition.ts';
import { assign } from './assign.ts';
import { columnContexts } from './column-context.ts';
import { profileColumn } from './column-profile.ts';
import { combineColumns, type CombinedField } from './combine-columns.ts';
import { autoFrom, confidenceOf, isAuto } from './confidence.ts';
import { matchShares } from './match-shares.ts';
import type { Confirmations } from './confirmed-names.ts';
import { readName } from './name-likeness.ts';
import { unitsOfName } from './name-units.ts';
import { normaliseName } from './normalise-name.ts';
import { definingConcepts, readField, subjectsOf, type ReadField } from './read-field.ts';
import { scorePair, type PairScore, type ScoredColumn } from './score-pair.ts';

export interface SourceColumn {
  /** Empty where the file has no name for it. */
  readonly name: string;
  /** A sample, in the order of the rows. */
  readonly cells: readonly string[];
}

export interface EvidenceOrder {
  readonly columns: readonly SourceColumn[];
  readonly definition: DatasetDefinition;
  /** False: the names are not the sender's, only the values count. */
  readonly named: boolean;
  /** Some values that the dataset holds, by field. */
  readonly held?: ReadonlyMap<string, ReadonlySet<string>>;
  /** What operators said of earlier files. */
  readonly confirmed?: Confirmations;
  /** Columns (from 0) whose field is decided: their values are looked at, their place is not. */
  readonly decided?: ReadonlyMap<number, string>;
  /** The confidence from which a proposal is taken without asking; another one only to find out what it would do. */
  readonly takenFrom?: number;
}

export interface FieldCandidate {
  readonly field: string;
  readonly confidence: number;
  readonly reasons: readonly string[];
}

export interface ColumnProposal {
  /** From 0. */
  readonly column: number;
  readonly field: string | null;
  readonly confidence: number;
  readonly auto: boolean;
  readonly fillRate: number;
  /** Log-odds that the values alone give the field. */
  readonly support: number;
  /** Best first; the proposed field is among them. */
  readonly candidates: readonly FieldCandidate[];
}

export interface EvidenceProposal {
  readonly columns: readonly ColumnProposal[];
  readonly combine: readonly CombinedField[];
}

const mostCandidates = 3;
/** Below this a candidate is noise. */
const leastConfidence = 0.08;
/** From here on a pair is proposed. */
const proposedFrom = 0.27;

export const proposeByEvidence = ({ columns, definition, named, held = new Map(), confirmed = new Map(), decided = new Map(), takenFrom = autoFrom }: EvidenceOrder): EvidenceProposal => {
  const subjects = subjectsOf(definition);
  if (!isWeighable(columns.length, definition.fields.length)) return { columns: columns.map(unweighed), combine: [] };
  const fields = definition.fields.filter((field) => !field.readOnly && field.hashOf === undefined).map((field) => readField(field, subjects));
  const scored = scoreColumns(columns, named), defining = definingConcepts(fields, subjects);
  const scores = scored.map((column) => fields.map((field) => decide(scorePair(column, field, { subjects, held, defining, confirmed }), { decided, column: column.index, field: field.definition.name })));
  const shares = matchShares(scores.map((row) => row.map(({ evidence }) => evidence)));
  const assigned = assign(shares.map((row, at) => gainsOf(row, scores[at] ?? [])));
  const proposals = scored.map((column, row) => proposalOf(column, { fields, scores, shares, assigned, row, takenFrom }));
  const combine = combineColumns({ columns: scored, fields, proposals });
  return { columns: withoutCombined(proposals, combine), combine };
};

/** A column that was beaten to its field is not for another one that it fits much less. */
const farBehind = 1.8;
const gainsOf = (shares: readonly number[], scores: readonly PairScore[]): readonly number[] => {
  const best = Math.max(...scores.map(({ evidence }) => evidence));
  return shares.map((share, at) => ((scores[at]?.evidence ?? -Infinity) < best - farBehind ? 0 : share - proposedFrom));
};

/** The weighing grows with the square of the fewer side: beyond, names alone must do. */
const mostWork = 500_000_000;
export const isWeighable = (columns: number, fields: number): boolean => Math.min(columns, fields) ** 2 * (columns + fields) <= mostWork;

const unweighed = ({ cells }: SourceColumn, column: number): ColumnProposal => ({ column, field: null, confidence: 0, auto: false, fillRate: profileColumn(cells).fillRate, support: 0, candidates: [] });

const certain = 12;
interface Pair { readonly decided: ReadonlyMap<number, string>; readonly column: number; readonly field: string }
const decide = (score: PairScore, { decided, column, field }: Pair): PairScore => {
  const own = decided.get(column);
  if (own === field) return { ...score, evidence: certain };
  return own === undefined && ![...decided.values()].includes(field) ? score : { ...score, evidence: -certain };
};

const scoreColumns = (columns: readonly SourceColumn[], named: boolean): readonly ScoredColumn[] => {
  const read = columns.map(({ name, cells }) => ({ units: named ? unitsOfName(name) : [], profile: profileColumn(cells) }));
  const contexts = columnContexts(read);
  return read.map(({ units, profile }, index) => ({
    index, profile, header: named ? normaliseName(columns[index]?.name ?? '') : '', name: units.length === 0 ? null : readName(units), context: contexts[index] ?? { role: null, ordinal: 0, houseNumber: false },
  }));
};

interface Table {
  readonly fields: readonly ReadField[];
  readonly scores: readonly (readonly PairScore[])[];
  readonly shares: readonly (readonly number[])[];
  readonly assigned: readonly (number | null)[];
  readonly row: number;
  readonly takenFrom: number;
}

const proposalOf = (column: ScoredColumn, { fields, scores, shares, assigned, row, takenFrom }: Table): ColumnProposal => {
  const own = scores[row] ?? [];
  const at = assigned[row] ?? null;
  const candidates = own.flatMap((score, index) => {
    const field = fields[index];
    if (field === undefined) return [];
    const confidence = confidenceOf(shares[row]?.[index] ?? 0);
    return confidence < leastConfidence && index !== at ? [] : [{ field: field.definition.name, confidence, reasons: score.reasons }];
  }).sort((left, right) => right.confidence - left.confidence);
  const chosen = at === null ? undefined : fields[at], score = at === null ? undefined : own[at];
  const mine = candidates.find(({ field }) => field === chosen?.definition.name);
  const confidence = mine?.confidence ?? 0;
  return {
    column: column.index, field: chosen?.definition.name ?? null, confidence,
    auto: chosen !== undefined && score !== undefined && isAuto({ confidence, score, field: chosen, column, from: takenFrom }),
    fillRate: column.profile.fillRate, support: score?.values ?? 0,
    candidates: mine === undefined ? candidates.slice(0, mostCandidates) : [mine, ...candidates.filter((other) => other !== mine).slice(0, mostCandidates - 1)],
  };
};

/** A column that a group has taken has no field of its own any more. */
const withoutCombined = (proposals: readonly ColumnProposal[], combine: readonly CombinedField[]): readonly ColumnProposal[] => {
  const grouped = new Set(combine.flatMap(({ columns }) => columns));
  return proposals.map((proposal) => (grouped.has(proposal.column) ? { ...proposal, field: null, confidence: 0, auto: false } : proposal));
};
