/**
 * Whose shape a file has: it is read as each template would read it, and taken for the one that fits exactly; else, where that may be, for the
 * only one from which it may have drifted. Templates of the import's partner come before those of nobody.
 */
import { isWaybillError } from '../../contracts/errors.ts';
import type { ParseOverrides } from '../../contracts/parse-options.ts';
import { carriesRejects } from '../../contracts/reject-columns.ts';
import type { SourceShape, TemplateDocument } from '../../contracts/template.ts';
import type { PreparedSource } from '../intake/prepare-source.ts';
import { openStored, type SourceStore } from '../intake/source-store.ts';
import { sampleColumns } from '../mapping/sample-columns.ts';
import { canonicalJson } from '../receipt/canonical-json.ts';
import { fitTemplate, type TemplateFit } from './fit-template.ts';
import { isReadAs } from './is-read-as.ts';
import { sourceShapeOf } from './source-shape.ts';
import { parseWithTemplate } from './with-template.ts';

export interface TemplateCandidate {
  readonly name: string;
  readonly partner: string | null;
  readonly document: TemplateDocument;
}
export interface RecogniseOrder<Candidate extends TemplateCandidate> {
  readonly store: SourceStore;
  /** Reads the file as it is said; a spool that it makes is that of the last call. */
  readonly prepare: (overrides: ParseOverrides) => Promise<PreparedSource>;
  readonly said: ParseOverrides;
  readonly partner: string | null;
  readonly candidates: readonly Candidate[];
  /** A file that has drifted is recognised too. */
  readonly mayDrift: boolean;
}
export interface Recognised<Candidate extends TemplateCandidate> {
  readonly prepared: PreparedSource;
  /** One: it is taken. Several: somebody must choose. */
  readonly fitting: readonly Candidate[];
  readonly fit: TemplateFit;
}

/** Reading a large packed file takes time: more ways than these are not tried, those of the format that the file looks like first. */
const mostWays = 6;

export const recogniseSource = async <Candidate extends TemplateCandidate>(order: RecogniseOrder<Candidate>): Promise<Recognised<Candidate>> => {
  const candidates = order.candidates.filter(({ partner }) => order.partner === null || partner === null || partner === order.partner);
  const reader = new WayReader(order);
  if (candidates.length === 0) return { prepared: (await reader.look(order.said)).prepared, fitting: [], fit: 'none' };
  const plain = await reader.tryLook(order.said);
  const fits: Fit<Candidate>[] = [];
  const judge = (of: readonly Candidate[], look: Look): void => { for (const candidate of of) fits.push({ candidate, look, fit: fitTemplate(candidate.document, look.shape) }); };
  const others: Way<Candidate>[] = [];
  for (const way of waysOf(candidates, order.said)) {
    if (plain !== null && (isOfRejects(plain) || isReadAs(plain.prepared.detection.options, way.overrides))) judge(way.candidates, plain); else others.push(way);
  }
  for (const way of likelyFirst(others, plain).slice(0, mostWays)) {
    if (fits.some(({ fit }) => fit === 'exact')) break;
    const look = await reader.tryLook(way.overrides);
    if (look !== null) judge(way.candidates, look);
  }
  const { fitting, fit, look } = bestOf(fits, order);
  return { prepared: await reader.settle(look ?? plain ?? await reader.look(order.said)), fitting, fit };
};

const likelyFirst = <Candidate>(ways: readonly Way<Candidate>[], plain: Look | null): readonly Way<Candidate>[] => {
  const isOther = ({ overrides: { format } }: Way<Candidate>): number => (format === undefined || format === plain?.shape.format ? 0 : 1);
  return ways.toSorted((left, right) => isOther(left) - isOther(right));
};

/** Rejected rows come as CSV, however the file was read that they are of. */
const isOfRejects = ({ prepared }: Look): boolean => carriesRejects(prepared.detection.options.columns);

interface Look { readonly overrides: ParseOverrides; readonly prepared: PreparedSource; readonly shape: SourceShape }
interface Fit<Candidate> { readonly candidate: Candidate; readonly look: Look; readonly fit: TemplateFit }
interface Way<Candidate> { readonly overrides: ParseOverrides; readonly candidates: readonly Candidate[] }

class WayReader {
  #last: Look | null = null;
  constructor(private readonly order: Pick<RecogniseOrder<TemplateCandidate>, 'store' | 'prepare'>) {}

  async look(overrides: ParseOverrides): Promise<Look> {
    const { store, prepare } = this.order;
    this.#last = null;
    const prepared = await prepare(overrides);
    const { options } = prepared.detection;
    this.#last = { overrides, prepared, shape: sourceShapeOf(options, await sampleColumns(await openStored(store, prepared.key), options)) };
    return this.#last;
  }

  /** Null: it cannot be read so. */
  async tryLook(overrides: ParseOverrides): Promise<Look | null> {
    try { return await this.look(overrides); } catch (error) {
      if (isWaybillError(error) && !error.retryable) return null;
      throw error;
    }
  }

  /** What another look made of the spool is made anew. */
  async settle(look: Look): Promise<PreparedSource> {
    return this.#last === look ? look.prepared : this.order.prepare(look.overrides);
  }
}

/** Templates that say the same of how a file is read, together. */
const waysOf = <Candidate extends TemplateCandidate>(candidates: readonly Candidate[], said: ParseOverrides): readonly Way<Candidate>[] => {
  const ways = new Map<string, { readonly overrides: ParseOverrides; readonly candidates: Candidate[] }>();
  for (const candidate of candidates) {
    const overrides = parseWithTemplate(said, candidate.document.parse);
    const way = ways.get(canonicalJson(overrides));
    if (way === undefined) ways.set(canonicalJson(overrides), { overrides, candidates: [candidate] }); else way.candidates.push(candidate);
  }
  return [...ways.values()];
};

const bestOf = <Candidate extends TemplateCandidate>(
  fits: readonly Fit<Candidate>[], { partner, mayDrift }: Pick<RecogniseOrder<Candidate>, 'partner' | 'mayDrift'>,
): { readonly fitting: readonly Candidate[]; readonly fit: TemplateFit; readonly look: Look | null } => {
  for (const fit of mayDrift ? ['exact', 'near'] as const : ['exact'] as const) {
    const all = fits.filter((each) => each.fit === fit), own = all.filter(({ candidate }) => partner !== null && candidate.partner === partner);
    const chosen = own.length > 0 ? own : all;
    if (chosen.length > 0) return { fitting: chosen.map(({ candidate }) => candidate), fit, look: chosen.length === 1 ? chosen[0]?.look ?? null : null };
  }
  return { fitting: [], fit: 'none', look: null };
};
