/** Workbooks of Office Open XML (ECMA-376, transitional and strict): .xlsx, .xlsm (macros are neither read nor run), templates. */
import { WaybillError } from '../../../contracts/errors.ts';
import type { PackageParts } from '../sheets/package-parts.ts';
import type { SheetLook, SheetReading, SheetStart, Workbook, WorkbookSheet } from '../sheets/workbook.ts';
import { readWholeXml, readXml, tagOf } from '../sheets/xml-tokens.ts';
import { readCellStyles } from './cell-styles.ts';
import { ownCodeName, ownSheets } from './own-sheets.ts';
import { readSharedStrings } from './shared-strings.ts';
import { SheetRows, type WorkbookParts } from './sheet-rows.ts';

interface Relation { readonly type: string; readonly target: string }
interface NamedSheet extends WorkbookSheet { readonly part: string }
interface Contents { readonly sheets: readonly NamedSheet[]; readonly is1904: boolean; readonly isOwn: boolean; readonly strings: string | null; readonly styles: string | null }

const mostSheets = 10_000;
const lineBytes = 256 * 1024;

/** Null: the package holds no workbook. */
export const openXlsx = async (parts: PackageParts): Promise<Workbook | null> => {
  const root = parts.has('_rels/.rels') ? [...(await readRelations(parts, '')).values()].find(({ type }) => type === 'officeDocument')?.target : undefined;
  const path = root !== undefined && parts.has(root) ? root : 'xl/workbook.xml';
  if (path.toLowerCase().endsWith('.bin') || (!parts.has(path) && parts.has('xl/workbook.bin'))) {
    throw new WaybillError('FILE_BINARY', 'The content looks like a binary Excel workbook (XLSB), which is not read; save it as an Excel workbook (XLSX).', { looksLike: 'xlsb' });
  }
  if (!parts.has(path) || !/(?:^|\/)workbook\d*\.xml$/i.test(path)) return null;
  const contents = await readContents(parts, path);
  if (contents.sheets.length === 0) throw new WaybillError('FILE_WORKBOOK_INVALID', 'The workbook has no sheet of cells.');
  return new XlsxWorkbook(parts, contents);
};

class XlsxWorkbook implements Workbook {
  readonly format = 'xlsx';
  readonly sheets: readonly NamedSheet[];
  readonly oneTable: readonly number[];
  private shared: Promise<WorkbookParts> | null = null;
  private readonly looks = new Map<string, boolean>();

  constructor(private readonly parts: PackageParts, private readonly contents: Contents) {
    this.sheets = contents.sheets;
    this.oneTable = contents.isOwn ? ownSheets(contents.sheets) : [];
  }

  /** Sheets may share a part, which is looked at once. */
  async look(sheet: number, mostBytes: number): Promise<SheetLook> {
    const part = this.sheets[sheet]?.part ?? '', known = this.looks.get(part);
    if (known !== undefined) return { hasTable: known, readBytes: 0 };
    const rows = new SheetRows(await this.sharedParts(), { lineBase: 0, skipLines: 0 });
    const meter = { bytes: 0 };
    for await (const _ of readXml(this.metered(part, meter), rows.tokens)) {
      // The rows may be far longer than their XML.
      if (rows.facts.wideRows > 1 || meter.bytes >= mostBytes || rows.lines.take(lineBytes) !== null) break;
    }
    const hasTable = rows.facts.wideRows > 1;
    this.looks.set(part, hasTable);
    return { hasTable, readBytes: meter.bytes };
  }

  read(sheet: number, start: SheetStart): SheetReading {
    const reading = { facts: emptyReading, lines: () => this.linesOf(sheet, start, (rows) => { reading.facts = rows.facts; }) };
    return reading;
  }

  shareRead(sheet: number): number { return this.parts.shareRead(this.sheets[sheet]?.part ?? ''); }

  close(): void { this.parts.close(); }

  private async *metered(part: string, meter: { bytes: number }): AsyncGenerator<Uint8Array> {
    for await (const piece of this.parts.read(part)) {
      meter.bytes += piece.length;
      yield piece;
    }
  }

  private async *linesOf(sheet: number, start: SheetStart, opened: (rows: SheetRows) => void): AsyncGenerator<Uint8Array> {
    const rows = new SheetRows(await this.sharedParts(), start);
    opened(rows);
    for await (const _ of readXml(this.parts.read(this.sheets[sheet]?.part ?? ''), rows.tokens)) {
      const taken = rows.lines.take(lineBytes);
      if (taken !== null) yield taken;
    }
    const rest = rows.lines.take(0);
    if (rest !== null) yield rest;
  }

  private sharedParts(): Promise<WorkbookParts> { return this.shared ??= this.readShared(); }

  private async readShared(): Promise<WorkbookParts> {
    const { parts, contents: { strings, styles, is1904 } } = this;
    return {
      is1904,
      strings: strings !== null && parts.has(strings) ? await readSharedStrings(parts.read(strings)) : null,
      styles: styles !== null && parts.has(styles) ? await readCellStyles(parts.read(styles)) : null,
    };
  }
}

const emptyReading: SheetReading['facts'] = { rows: 0, wideRows: 0, width: 0, hiddenRows: 0, hiddenColumns: 0, merges: [], frozenLines: 0, filterLine: 0 };

const [relationship, id, type, target, sheetTag, name, state, workbookPr, date1904, codeName] =
  [tagOf('Relationship'), tagOf('Id'), tagOf('Type'), tagOf('Target'), tagOf('sheet'), tagOf('name'), tagOf('state'), tagOf('workbookPr'), tagOf('date1904'), tagOf('codeName')];
const sheetRelation = tagOf('id');

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const resolved = (folder: string, path: string): string => {
  const steps: string[] = [];
  for (const step of (path.startsWith('/') ? path : folder + path).replaceAll('\\', '/').split('/')) if (step === '..') steps.pop(); else if (step !== '' && step !== '.') steps.push(step);
  return steps.join('/');
};

/** By id. The type is the last step of its URI, which strict and transitional files share. */
const readRelations = async (parts: PackageParts, of: string): Promise<ReadonlyMap<string, Relation>> => {
  const folder = folderOf(of), part = `${folder}_rels/${of.slice(folder.length)}.rels`;
  const relations = new Map<string, Relation>();
  if (!parts.has(part)) return relations;
  await readWholeXml(parts.read(part), (tokens) => ({
    open: (tag) => {
      if (tag !== relationship || relations.size >= mostSheets) return;
      const found = { id: '', type: '', target: '' };
      for (let attribute = tokens().nextAttribute(); attribute !== 0; attribute = tokens().nextAttribute()) {
        if (attribute === id) found.id = tokens().value; else if (attribute === type) found.type = tokens().value; else if (attribute === target) found.target = tokens().value;
      }
      relations.set(found.id, { type: found.type.slice(found.type.lastIndexOf('/') + 1), target: resolved(folder, found.target) });
    },
    close: () => undefined,
    text: () => undefined,
  }));
  return relations;
};

const readContents = async (parts: PackageParts, path: string): Promise<Contents> => {
  const relations = await readRelations(parts, path);
  const sheets: NamedSheet[] = [];
  let is1904 = false, isOwn = false;
  await readWholeXml(parts.read(path), (tokens) => ({
    open: (tag) => {
      if (tag !== sheetTag && tag !== workbookPr) return;
      const found = { name: '', state: '', relation: '' };
      for (let attribute = tokens().nextAttribute(); attribute !== 0; attribute = tokens().nextAttribute()) {
        if (attribute === name) found.name = tokens().value;
        else if (attribute === state) found.state = tokens().value;
        else if (attribute === sheetRelation) found.relation = tokens().value;
        else if (attribute === date1904) is1904 = tokens().flag;
        else if (attribute === codeName) isOwn = tokens().value === ownCodeName;
      }
      const relation = relations.get(found.relation);
      if (tag !== sheetTag || relation?.type !== 'worksheet' || sheets.length >= mostSheets) return;
      sheets.push({ name: found.name, hidden: found.state === 'hidden' || found.state === 'veryHidden', part: relation.target });
    },
    close: () => undefined,
    text: () => undefined,
  }));
  const targetOf = (wanted: string): string | null => [...relations.values()].find((relation) => relation.type === wanted)?.target ?? null;
  return { sheets, is1904, isOwn, strings: targetOf('sharedStrings'), styles: targetOf('styles') };
};
