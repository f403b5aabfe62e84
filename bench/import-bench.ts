/** The import against the same work by hand, in one run on one database: figures, ratios, and whether each promise of speed and memory holds. */
import type { ProcessPeak } from './process-memory.ts';
import { baselineForm, quickestForm, quickestRuns } from './hand-written-sql.ts';
import type { FormTimes, HandWrittenTimes } from './hand-written-sql.ts';
import { withTouchedMemory } from './touch-memory.ts';
import type { ImportData, ImportDataFile } from './make-import-data.ts';

export interface LoadTimes {
  /** Upload with SHA-256 and archive. */
  readonly receiveSeconds: number;
  /** From the job's start on the received file to committed. */
  readonly loadSeconds: number;
  /** From committed to finished. */
  readonly closeSeconds: number;
  /** Of the load: in which no activity ran, so the engine's own; null when not measured. */
  readonly engineSeconds: number | null;
  /** Seconds from first start to last end of each kind of step. */
  readonly steps: Readonly<Record<string, number>>;
  readonly peaks: readonly ProcessPeak[];
}

/** What imports, seen from the bench. */
export interface ImportSide {
  /** The database in which it works, for the other side. */
  readonly databaseUrl: string;
  /** Into an empty dataset, made anew at every call. */
  readonly loadFirst: (file: ImportDataFile) => Promise<LoadTimes>;
  /** As `loadFirst`, with eight transforms, fifteen rules and a business rule a row (bench/ruled-treatment.ts). */
  readonly loadRuled: (file: ImportDataFile) => Promise<LoadTimes>;
  /** Into the dataset as the last `loadFirst` left it. */
  readonly loadDelta: (file: ImportDataFile) => Promise<LoadTimes>;
  /** From the command to completed, on a stack that has imported before, into an empty dataset. */
  readonly commandSeconds: (file: ImportDataFile) => Promise<number>;
  /** The staging alone, with this many worker processes of one parsing thread each. */
  readonly stageSeconds: (file: ImportDataFile, workers: 1 | 2) => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface Finding {
  readonly what: string;
  readonly measured: number;
  /** The greatest allowed; null when it is only told. */
  readonly limit: number | null;
  readonly unit: 's' | '×' | 'MB';
  readonly holds: boolean | null;
}

export interface ImportBenchReport {
  readonly rows: number;
  readonly bytes: number;
  readonly byHand: HandWrittenTimes;
  readonly first: LoadTimes | null;
  readonly ruled: LoadTimes | null;
  readonly delta: LoadTimes | null;
  readonly findings: readonly Finding[];
}

export interface ImportBenchData {
  readonly usual: ImportData;
  readonly small: ImportDataFile;
  /** Null: growth is not measured (it takes minutes). */
  readonly large: ImportDataFile | null;
}

const megabytes = (bytes: number): number => bytes / 1024 / 1024;
const highest = (...loads: readonly LoadTimes[]): number => megabytes(Math.max(0, ...loads.flatMap(({ peaks }) => peaks.map(({ bytes }) => bytes))));

const finding = (what: string, measured: number, unit: Finding['unit'], limit: number | null = null): Finding =>
  ({ what, measured, unit, limit, holds: limit === null ? null : measured <= limit });

const findingsOfLoads = (byHand: HandWrittenTimes, { first, ruled, delta }: { readonly first: LoadTimes; readonly ruled: LoadTimes; readonly delta: LoadTimes }): readonly Finding[] => [
  finding('first load ÷ by hand', first.loadSeconds / baselineForm(byHand.first).times.total, '×', 0.75),
  finding('first load ÷ the quickest form by hand', first.loadSeconds / quickestForm(byHand.first).times.total, '×'),
  finding('first load with 15 rules, 8 transforms and a business rule a row ÷ by hand', ruled.loadSeconds / baselineForm(byHand.first).times.total, '×', 0.95),
  finding('the same ÷ first load', ruled.loadSeconds / first.loadSeconds, '×'),
  finding('delta (1 % changed) ÷ by hand', delta.loadSeconds / baselineForm(byHand.delta).times.total, '×', 0.6),
  finding('delta ÷ the quickest form by hand', delta.loadSeconds / quickestForm(byHand.delta).times.total, '×'),
  finding('receive + close ÷ load, first', (first.receiveSeconds + first.closeSeconds) / first.loadSeconds, '×', 0.25),
  finding('highest memory of a process', highest(first, ruled, delta), 'MB', 512),
  ...(first.engineSeconds === null ? [] : [finding('engine’s own time in the first load', first.engineSeconds, 's')]),
];

/** Both loads find the machine's memory touched, so that the larger one does not pay for what its host hands out (bench/touch-memory.ts). */
const findGrowth = async (side: ImportSide, large: ImportDataFile, usual: ImportDataFile, untouched: LoadTimes): Promise<readonly Finding[]> => {
  const [loaded, grown] = await withTouchedMemory(async () => [await side.loadFirst(usual), await side.loadFirst(large)] as const);
  const growth = `${large.rows.toLocaleString('en')} rows ÷ ${usual.rows.toLocaleString('en')} rows`;
  return [
    // 5 % above linear: 10.5 for ten times the rows.
    finding(growth, grown.loadSeconds / loaded.loadSeconds, '×', large.rows / usual.rows * 1.05),
    finding(`${large.rows.toLocaleString('en')} rows`, grown.loadSeconds, 's'),
    finding(`${usual.rows.toLocaleString('en')} rows before them`, loaded.loadSeconds, 's'),
    finding(`${growth}, the quickest of the loads above`, grown.loadSeconds / untouched.loadSeconds, '×'),
    finding(`highest memory of a process at ${large.rows.toLocaleString('en')} rows`, highest(grown), 'MB', 512),
  ];
};

const findWorkers = async (side: ImportSide, file: ImportDataFile): Promise<readonly Finding[]> => {
  const one = await side.stageSeconds(file, 1);
  const two = await side.stageSeconds(file, 2);
  const ratio = two / one;
  return [{ what: 'staging by two workers ÷ by one', measured: ratio, unit: '×', limit: 1, holds: ratio < 1 }];
};

const quickest = (runs: readonly LoadTimes[]): LoadTimes =>
  runs.reduce((best, run) => (run.loadSeconds < best.loadSeconds ? run : best));

export interface ImportBenchSides {
  readonly measureByHand: (data: ImportData) => Promise<HandWrittenTimes>;
  /** Null: only the work by hand is measured. */
  readonly waybill: ImportSide | null;
}

/** The sides take turns, as often as `repeat` says; the quickest run of each counts, because noise only ever adds. */
export const runImportBench = async (data: ImportBenchData, sides: ImportBenchSides, repeat: number): Promise<ImportBenchReport> => {
  const { usual } = data;
  const side = sides.waybill;
  const handRuns: HandWrittenTimes[] = [];
  const firstRuns: LoadTimes[] = [];
  const ruledRuns: LoadTimes[] = [];
  const deltaRuns: LoadTimes[] = [];
  for (let run = 0; run < repeat; run += 1) {
    handRuns.push(await sides.measureByHand(usual));
    if (side === null) continue;
    ruledRuns.push(await side.loadRuled(usual.first));
    firstRuns.push(await side.loadFirst(usual.first));
    deltaRuns.push(await side.loadDelta(usual.delta));
  }
  const byHand = quickestRuns(handRuns);
  const base = { rows: usual.first.rows, bytes: usual.first.bytes, byHand };
  if (side === null) return { ...base, first: null, ruled: null, delta: null, findings: [] };
  const first = quickest(firstRuns);
  const ruled = quickest(ruledRuns);
  const delta = quickest(deltaRuns);
  const findings = [
    ...findingsOfLoads(byHand, { first, ruled, delta }),
    finding(`${data.small.rows.toLocaleString('en')} rows, from command to completed`, await side.commandSeconds(data.small), 's', 2),
    ...await findWorkers(side, usual.first),
    ...(data.large === null ? [] : await findGrowth(side, data.large, usual.first, first)),
  ];
  return { ...base, first, ruled, delta, findings };
};

const fixed = (number: number): string => number.toFixed(2);

const handRows = (load: string, forms: FormTimes): readonly string[] =>
  Object.entries(forms).map(([form, times]) =>
    `| ${load} | ${form}${form === baselineForm(forms).form ? ' **(baseline)**' : ''} | ${fixed(times.copy)} | ${fixed(times.cast)} | ${fixed(times.upsert)} | ${fixed(times.total)} |`);

const loadRow = (name: string, load: LoadTimes | null): readonly string[] =>
  (load === null ? [] : [`| ${name} | ${fixed(load.receiveSeconds)} | ${fixed(load.loadSeconds)} | ${fixed(load.closeSeconds)} | ${load.engineSeconds === null ? '–' : fixed(load.engineSeconds)} | ${Math.round(highest(load))} |`]);

const stepsOf = (name: string, load: LoadTimes | null): readonly string[] =>
  (load === null ? [] : [`${name}: ${Object.entries(load.steps).map(([step, seconds]) => `${step} ${fixed(seconds)}`).join(', ')}`, '']);

const verdict = ({ holds }: Finding): string => (holds === null ? '' : holds ? 'holds' : '**does not hold**');

export const describeImportBench = ({ rows, bytes, byHand, first, ruled, delta, findings }: ImportBenchReport): string => [
  `${rows.toLocaleString('en')} rows × 12 columns, ${(bytes / 1e6).toFixed(0)} MB; seconds.`, '',
  '| by hand in SQL | form | copy | cast | upsert | total |', '|---|---|---:|---:|---:|---:|',
  ...handRows('first load', byHand.first), ...handRows('delta', byHand.delta),
  ...(first === null && delta === null ? [] : ['', '| Waybill | receive | load | close | engine’s own | highest MB |', '|---|---:|---:|---:|---:|---:|']),
  ...loadRow('first load', first), ...loadRow('first load with rules', ruled), ...loadRow('delta', delta), '',
  ...stepsOf('Steps of the first load', first), ...stepsOf('Steps of the first load with rules', ruled), ...stepsOf('Steps of the delta', delta),
  ...(findings.length === 0 ? [] : ['', '| promise | measured | limit | |', '|---|---:|---:|---|']),
  ...findings.map((entry) => `| ${entry.what} | ${fixed(entry.measured)} ${entry.unit} | ${entry.limit === null ? '–' : `≤ ${entry.limit} ${entry.unit}`} | ${verdict(entry)} |`),
].join('\n');
