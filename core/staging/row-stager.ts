/**
 * The hot path: records of one chunk become COPY lines of the staging table, or issues and rejected rows. One bad row never takes
 * another with it, and a row's reasons are all found in one pass (promise 6).
 *
 * Works on bytes: a cell is looked at where it lies and its COPY form is appended to one growing buffer. The way over strings
 * (decode, slice, join, encode) cost 3.2 s of one core for 1 M rows × 12; docs/performance.md has the figures of this way.
 */
import { isUtf8 } from 'node:buffer';
import { issueCodeOf, issueKinds, issueNumber } from '../../contracts/issue-codes.ts';
import type { Issue, IssueCode } from '../../contracts/issue-codes.ts';
import { brokenFlag, doubtfulFlag, escapedFlag, quotedFlag } from '../formats/csv/record-scanner.ts';
import { restoreFormula } from '../formats/csv/formula-text.ts';
import { cellText } from '../formats/cell-text.ts';
import type { RecordReader } from '../formats/source-format.ts';
import { blankCell } from '../types/cell-encoder.ts';
import { TextCellEncoder } from '../types/text-encoder.ts';
import type { Outcome } from '../transform/step.ts';
import { CopyBuffer } from '../types/copy-buffer.ts';
import type { KeyHasher } from '../types/derived-key.ts';
import { writeInteger } from '../types/write-integer.ts';
import { JudgedRow, laneMissing, laneRefused, laneTaken } from '../validation/judged-row.ts';
import { judgeRow, keepsRow, type Report, type RowRules } from '../validation/row-rules.ts';
import { ClearedCells } from './cleared-cells.ts';
import { columnOf, type ChunkRange, type Lane, type StagerSpec } from './lane.ts';
import { RowKeyHasher } from './row-key-hasher.ts';
import type { ChunkCounts, ChunkEvidence, RejectedRow } from './chunk-findings.ts';

const apostrophe = 0x27, tab = 0x09, newline = 0x0a, backslash = 0x5c, capitalN = 0x4e;
/** A cell that its transforms refuse rejects the row, whatever the key would have been. */
const hashText = (hasher: KeyHasher, outcome: Outcome): void => {
  if (typeof outcome !== 'string') { hasher.nullCell(); return; }
  const bytes = Buffer.from(outcome, 'utf8');
  hasher.cell(bytes, 0, bytes.length);
};

const replacement = Buffer.from([0xef, 0xbf, 0xbd]);
const tooFew = issueNumber('ROW_TOO_FEW_CELLS'), tooMany = issueNumber('ROW_TOO_MANY_CELLS');
const undecodable = issueNumber('TEXT_UNDECODABLE'), refused = issueNumber('VALUE_REFUSED'), unknownPath = issueNumber('ROW_PATH_UNKNOWN');
/** Whether a finding of this number rejects its row. */
const rejects = [false, ...Object.values(issueKinds).map((kind) => kind.severity === 'error')];

export class RowStager {
  readonly issues: Issue[] = [];
  readonly rejected: RejectedRow[] = [];
  /**
   * COPY lines of the rejected rows whose cells could be told apart, for what only the database can find in them: as those of the staging, null
   * where a cell has no value, and a last column with the numbers of those.
   */
  readonly rejectedLines = new CopyBuffer(64);
  /** Lanes of the current row without a value. */
  private readonly bad: number[] = [];
  private stagedRows = new Float64Array(65_536);
  private staged = 0;
  private readonly scanner: RecordReader;
  private readonly filled: Float64Array;
  private readonly hashed: boolean[];
  private readonly hasher = new RowKeyHasher();
  private readonly cleared: ClearedCells | null;
  private scratch = Buffer.allocUnsafe(64 * 1024);
  private bytes: Buffer = Buffer.alloc(0);
  private rowNo = 0;
  private rowsRead = 0;
  private unreadable = 0;
  private filtered = 0;
  private undecided = 0;
  /** The row as the import's rules see it; null: there are no rules. */
  private readonly judged: JudgedRow | null;
  /** The lane that was staged last was refused for being empty. */
  private missing = false;
  private rulesPass = true;
  private suspectBytes = false;
  private refusedRows: ReadonlyMap<number, readonly (string | null)[]> = new Map();

  constructor(private readonly spec: StagerSpec) {
    this.scanner = spec.reader;
    this.filled = new Float64Array(spec.columnCount);
    this.judged = spec.judgement === undefined || spec.judgement === null ? null : new JudgedRow(spec.judgement.form, (column) => this.sourceText(column));
    this.cleared = spec.clearing === undefined ? null : new ClearedCells(spec.clearing, spec.lanes);
    this.hashed = spec.lanes.map((_, lane) => spec.hashedLanes.includes(lane));
  }

  /** @param refusedRows fields (null: unknown) by row number: rows of an earlier attempt that the database did not accept */
  begin(bytes: Buffer, range: ChunkRange, refusedRows: ReadonlyMap<number, readonly (string | null)[]> = new Map()): void {
    this.bytes = bytes;
    this.refusedRows = refusedRows;
    this.rowNo = range.firstRow - 1;
    this.rowsRead = 0;
    this.unreadable = 0;
    this.filtered = 0;
    this.undecided = 0;
    this.issues.length = 0;
    this.rejected.length = 0;
    this.rejectedLines.truncate(0);
    this.staged = 0;
    this.hasher.clear();
    this.filled.fill(0);
    for (const lane of this.spec.lanes) if (lane.kind === 'cell' || lane.kind === 'cells') lane.encoder.evidence?.reset();
    this.suspectBytes = this.spec.transcoded ? bytes.includes(replacement) : !isUtf8(bytes);
    this.scanner.reset(bytes, 0, bytes.length, range.firstLine);
  }

  /** Appends COPY lines until `out` holds at least `limitBytes`. Returns false when the chunk is done. */
  fill(out: CopyBuffer, limitBytes: number): boolean {
    while (out.length < limitBytes) {
      if (!this.scanner.next()) return false;
      this.rowsRead += 1;
      this.rowNo += 1;
      this.stageRecord(out);
    }
    return true;
  }

  get stagedCount(): number { return this.staged; }

  /** The row behind a COPY line (from 0), to find the row that the database refuses. */
  stagedRow(line: number): number | null {
    return line < this.staged ? (this.stagedRows[line] ?? null) : null;
  }

  /** The field behind a column of the staging table (`f3`), or null. */
  fieldOf(stagedColumn: string): string | null {
    return this.spec.lanes[Number(stagedColumn.slice(1))]?.field ?? null;
  }

  /** 64-bit hashes of the staged rows' keys, eight bytes each; null when the key's lanes are not hashed. */
  get keyHashes(): Buffer | null {
    return this.spec.hashedLanes.length === 0 ? null : this.hasher.hashes();
  }

  get counts(): ChunkCounts {
    return {
      rowsRead: this.rowsRead,
      rowsStaged: this.staged,
      rowsQuarantined: this.rejected.length - this.unreadable,
      rowsUnreadable: this.unreadable,
      rowsFiltered: this.filtered,
    };
  }

  get evidence(): ChunkEvidence {
    const dates = this.spec.lanes.flatMap((lane) => {
      if ((lane.kind !== 'cell' && lane.kind !== 'cells') || lane.encoder.evidence === null) return [];
      const { iso, dmyOnly, mdyOnly, either, same, named, invalid } = lane.encoder.evidence;
      return [[lane.field, { iso, dmyOnly, mdyOnly, either, same, named, invalid }] as const];
    });
    return { dates: Object.fromEntries(dates), filled: [...this.filled], ...(this.spec.openDates === undefined ? {} : { undecided: this.undecided }) };
  }

  private growStagedRows(): void {
    const larger = new Float64Array(this.stagedRows.length * 2);
    larger.set(this.stagedRows);
    this.stagedRows = larger;
  }

  private stageRecord(out: CopyBuffer): void {
    const { scanner, spec } = this;
    if (this.suspectBytes && this.isUndecodable()) { this.reject('unreadable', undecodable); return; }
    if (scanner.problem !== 0) { this.reject('unreadable', scanner.problem); return; }
    if (scanner.cellCount !== spec.columnCount) { this.reject('quarantined', scanner.cellCount < spec.columnCount ? tooFew : tooMany); return; }
    if (spec.restoresFormulas) this.restoreFormulas();
    const issuesBefore = this.issues.length, openBefore = this.openCells();
    if (scanner.unknownPaths.length > 0) for (const path of scanner.unknownPaths) this.find(unknownPath, path, null);
    const clears = this.cleared?.mark(scanner, this.bytes) === true;
    const lineStart = out.length;
    writeInteger(out, this.rowNo);
    const cellsPass = this.countFilled();
    const lanesPass = this.stageLanes(out, clears);
    this.cleared?.append(out);
    let passes = cellsPass && lanesPass;
    if (this.judged !== null && spec.judgement) {
      this.judged.bytes = out.bytes;
      if (this.isFiltered(this.judged, spec.judgement.rules)) { this.filterOut(out, lineStart, issuesBefore); return; }
      passes = this.passesRules(this.judged, spec.judgement.rules) && passes;
    }
    if (passes && this.refusedRows.size > 0) passes = this.acceptedByDatabase(out, lineStart);
    if (!passes) {
      if (this.openCells() > openBefore) this.undecided += 1;
      this.keepLine(out, lineStart);
      out.truncate(lineStart);
      this.hasher.drop();
      this.keepRejected('quarantined');
      return;
    }
    this.hasher.keep();
    out.byte(newline);
    if (this.staged === this.stagedRows.length) this.growStagedRows();
    this.stagedRows[this.staged++] = this.rowNo;
  }

  /** Of the chunk so far: cells that both orders can read. */
  private openCells(): number {
    let cells = 0;
    if (this.spec.openDates !== undefined) for (const { either } of this.spec.openDates) cells += either;
    return cells;
  }

  private stageLanes(out: CopyBuffer, clears: boolean): boolean {
    const { spec, judged } = this;
    let passes = true;
    for (let index = 0; index < spec.lanes.length; index += 1) {
      out.byte(tab);
      const start = out.length;
      const taken = clears && this.cleared?.has(index) === true ? this.stageCleared(index, out) : this.stageLane(spec.lanes[index] as Lane, out);
      if (!taken) { passes = false; this.leaveOut(index, out); }
      if (this.hashed[index] === true) this.hasher.add(out.bytes, start, out.length);
      if (judged === null) continue;
      judged.starts[index] = start;
      judged.ends[index] = out.length;
      judged.states[index] = taken ? laneTaken : this.missing ? laneMissing : laneRefused;
      this.missing = false;
    }
    return passes;
  }

  /** Also a row whose cells fail their types, where the filter can be told without them: it is none of this import's. */
  private isFiltered(judged: JudgedRow, rules: RowRules): boolean {
    judged.next();
    this.rulesPass = true;
    const kept = keepsRow(rules, judged, this.report);
    return kept === false || kept === null;
  }

  private filterOut(out: CopyBuffer, lineStart: number, issuesBefore: number): void {
    out.truncate(lineStart);
    this.hasher.drop();
    this.bad.length = 0;
    this.issues.length = issuesBefore;
    this.filtered += 1;
  }

  private passesRules(judged: JudgedRow, rules: RowRules): boolean {
    judgeRow(rules, judged, this.report);
    return this.rulesPass;
  }

  private readonly report: Report = (code, { rule, severity, field, lane }) => {
    const shown = this.spec.lanes[lane];
    const column = shown === undefined ? null : columnOf(shown);
    this.issues.push({ rowNo: this.rowNo, lineNo: this.scanner.line, field, columnNo: column === null ? null : column + 1, code: issueCodeOf(code), severity, rule });
    if (severity === 'error') this.rulesPass = false;
  };

  /** Undefined: the cell's borders are a guess. */
  private sourceText(column: number): string | null | undefined {
    return ((this.scanner.cellFlags[column] as number) & brokenFlag) !== 0 ? undefined : this.textOf(column);
  }

  private stageCleared(index: number, out: CopyBuffer): boolean {
    const lane = this.spec.lanes[index] as Lane;
    const finding = this.spec.clearing?.findings[index] ?? 0;
    if (finding !== 0) { this.missing = true; this.find(finding, lane.field, columnOf(lane)); return false; }
    out.ascii('\\N');
    return true;
  }

  private leaveOut(lane: number, out: CopyBuffer): void {
    out.byte(backslash);
    out.byte(capitalN);
    this.bad.push(lane);
  }

  private keepLine(out: CopyBuffer, lineStart: number): void {
    this.rejectedLines.raw(out.bytes, lineStart, out.length);
    this.rejectedLines.ascii(`\t{${this.bad.join(',')}}\n`);
    this.bad.length = 0;
  }

  /** A value of a rejected row's line that the database did not accept. */
  findRefused(rowNo: number, lane: number): void {
    const row = this.rejected.find((candidate) => candidate.rowNo === rowNo);
    const refusedLane = this.spec.lanes[lane];
    if (row === undefined || refusedLane === undefined) return;
    const column = columnOf(refusedLane);
    this.issues.push({
      rowNo, lineNo: row.lineNo, field: refusedLane.field, columnNo: column === null ? null : column + 1,
      code: 'VALUE_REFUSED', severity: issueKinds['VALUE_REFUSED'].severity, rule: null,
    });
  }

  private restoreFormulas(): void {
    const { cellStart, cellEnd, cellFlags, cellCount } = this.scanner;
    for (let column = 0; column < cellCount; column += 1) {
      const start = cellStart[column] as number, end = cellEnd[column] as number;
      if (start === end || this.bytes[start] !== apostrophe || ((cellFlags[column] as number) & brokenFlag) !== 0) continue;
      // Where the quote is an apostrophe, one of the cell's stands doubled.
      const doubled = this.spec.apostropheQuotes === true && ((cellFlags[column] as number) & escapedFlag) !== 0;
      const text = cellText(this.scanner, this.bytes, column);
      if (restoreFormula(text) !== text) cellStart[column] = start + (doubled ? 2 : 1);
    }
  }

  /** Also finds cells that the reader cannot stand for, such as text after a closing quote: the row is then not trusted. */
  private countFilled(): boolean {
    const { cellStart, cellEnd, cellFlags } = this.scanner;
    let passes = true;
    for (let column = 0; column < this.spec.columnCount; column += 1) {
      if ((cellEnd[column] as number) > (cellStart[column] as number)) (this.filled[column] as number) += 1;
      const flags = cellFlags[column] as number;
      if ((flags & (brokenFlag | doubtfulFlag)) === 0) continue;
      this.find(this.scanner.brokenIssue(column), null, column);
      if ((flags & brokenFlag) !== 0) passes = false;
    }
    return passes;
  }

  private stageLane(lane: Lane, out: CopyBuffer): boolean {
    switch (lane.kind) {
      case 'cell': return this.stageCell(lane, out);
      case 'pair': return this.stagePair(lane, out);
      case 'cells': return this.stageCells(lane, out);
      case 'hash': return this.stageHash(lane, out);
    }
  }

  private stageCell(lane: Lane & { kind: 'cell' }, out: CopyBuffer): boolean {
    const { scanner } = this;
    const before = out.length;
    const { column } = lane;
    let bytes: Uint8Array = this.bytes;
    let start = scanner.cellStart[column] as number;
    let end = scanner.cellEnd[column] as number;
    const flags = scanner.cellFlags[column] as number;
    if (flags !== 0) {
      // Found already (countFilled): what its type says of a cell whose borders are a guess would be a second reason that is none.
      if ((flags & brokenFlag) !== 0) return false;
      if ((flags & escapedFlag) !== 0) {
        end = this.unescape(column, end - start, 0);
        start = 0;
        bytes = this.scratch;
      }
    }
    if (start === end && this.spec.quotedNothingIsText === true && (flags & quotedFlag) !== 0 && lane.encoder instanceof TextCellEncoder) return true;
    const finding = start === end && lane.encoder.takesNothing !== true ? blankCell : lane.encoder.encode(bytes, start, end, out);
    return finding === 0 || this.settle(finding, lane, column, { out, before });
  }

  private stagePair(lane: Lane & { kind: 'pair' }, out: CopyBuffer): boolean {
    const before = out.length;
    const [latitude, longitude] = lane.columns;
    const { cellStart, cellEnd } = this.scanner;
    const finding = lane.encoder.encode(this.bytes,
      cellStart[latitude] as number, cellEnd[latitude] as number, cellStart[longitude] as number, cellEnd[longitude] as number, out);
    return finding === 0 || this.settle(finding, lane, latitude, { out, before });
  }

  private stageCells(lane: Lane & { kind: 'cells' }, out: CopyBuffer): boolean {
    const before = out.length;
    if (lane.columns.some((column) => ((this.scanner.cellFlags[column] as number) & brokenFlag) !== 0)) return false;
    const finding = lane.encoder.encode(lane.columns.map((column) => this.textOf(column)), out);
    return finding === 0 || this.settle(finding, lane, columnOf(lane), { out, before });
  }

  private stageHash(lane: Lane & { kind: 'hash' }, out: CopyBuffer): boolean {
    for (const { columns, program } of lane.sources)
      if (program === null) for (const column of columns) this.hashCell(lane.hasher, column);
      else hashText(lane.hasher, program.run(columns.map((column) => this.textOf(column))));
    out.ascii(lane.hasher.hex());
    return true;
  }

  private hashCell(hasher: KeyHasher, column: number): void {
    const start = this.scanner.cellStart[column] as number;
    const end = this.scanner.cellEnd[column] as number;
    if (start === end) hasher.nullCell();
    else if (((this.scanner.cellFlags[column] as number) & escapedFlag) === 0) hasher.cell(this.bytes, start, end);
    else {
      const length = this.unescape(column, end - start, 0);
      hasher.cell(this.scratch, 0, length);
    }
  }

  /** Null: the cell is empty. */
  private textOf(column: number): string | null {
    const start = this.scanner.cellStart[column] as number;
    const end = this.scanner.cellEnd[column] as number;
    if (start === end) return null;
    if (((this.scanner.cellFlags[column] as number) & escapedFlag) === 0) return this.bytes.toString('utf8', start, end);
    return this.scratch.toString('utf8', 0, this.unescape(column, end - start, 0));
  }

  private settle(
    finding: number, lane: Lane & { readonly whenBlank: number }, column: number | null, { out, before }: { readonly out: CopyBuffer; readonly before: number },
  ): boolean {
    if (finding === blankCell) {
      if (lane.whenBlank !== 0) { this.missing = true; this.find(lane.whenBlank, lane.field, column); return false; }
      out.byte(backslash);
      out.byte(capitalN);
      return true;
    }
    this.find(finding, lane.field, column);
    if (rejects[finding] !== true) return true;
    out.truncate(before);
    return false;
  }

  private acceptedByDatabase(out: CopyBuffer, lineStart: number): boolean {
    const fields = this.refusedRows.get(this.rowNo);
    if (fields === undefined) return true;
    const lanes = fields.map((field) => this.spec.lanes.findIndex((candidate) => candidate.field === field));
    for (const [at, index] of lanes.entries()) {
      const lane = this.spec.lanes[index];
      this.find(refused, fields[at] ?? null, lane === undefined ? null : columnOf(lane));
    }
    this.emptyCells(out, lineStart, lanes);
    return false;
  }

  /** In a line that is complete: what the database refused is taken out of it. */
  private emptyCells(out: CopyBuffer, lineStart: number, lanes: readonly number[]): void {
    // Bytes as they are: latin1 gives each back, and in COPY's text form a tab only ever ends a cell.
    const cells = out.bytes.toString('latin1', lineStart, out.length).split('\t');
    for (const lane of lanes) if (lane >= 0) { cells[lane + 1] = '\\N'; this.bad.push(lane); }
    out.truncate(lineStart);
    const line = Buffer.from(cells.join('\t'), 'latin1');
    out.raw(line, 0, line.length);
  }

  private isUndecodable(): boolean {
    const record = this.bytes.subarray(this.scanner.recordStart, this.scanner.recordEnd);
    return this.spec.transcoded ? record.includes(replacement) : !isUtf8(record);
  }

  private reject(outcome: 'quarantined' | 'unreadable', finding: number): void {
    this.find(finding, null, null);
    this.keepRejected(outcome);
  }

  private keepRejected(outcome: 'quarantined' | 'unreadable'): void {
    if (outcome === 'unreadable') this.unreadable += 1;
    const { line, recordStart, contentEnd } = this.scanner;
    this.rejected.push({ rowNo: this.rowNo, lineNo: line, outcome, start: recordStart, end: contentEnd });
  }

  private find(finding: number, field: string | null, column: number | null): void {
    const code: IssueCode = issueCodeOf(finding);
    this.issues.push({
      rowNo: this.rowNo, lineNo: this.scanner.line, field, columnNo: column === null ? null : column + 1, code, severity: issueKinds[code].severity, rule: null,
    });
  }

  private unescape(column: number, length: number, at: number): number {
    if (this.scratch.length < at + length) this.scratch = Buffer.allocUnsafe((at + length) * 2);
    return this.scanner.unescapeInto(column, this.scratch, at);
  }
}
