/** What the styles of a workbook make of the numbers of their cells. */
import { builtInKind, kindOfFormat, paddedWidth } from '../sheets/number-format.ts';
import { valueKinds, type ValueKind } from '../sheets/serial-date.ts';
import { readWholeXml, tagOf } from '../sheets/xml-tokens.ts';

export interface CellStyle {
  readonly kind: ValueKind;
  /** Digits that are shown at least. */
  readonly padded: number;
}

const plain: CellStyle = { kind: valueKinds.general, padded: 0 };
/** Excel itself ends at 64,000. */
const mostStyles = 200_000;

export class CellStyles {
  constructor(private readonly styles: readonly CellStyle[]) {}
  /** A style that is not there is none. */
  of(number: number): CellStyle { return this.styles[number] ?? plain; }
}

const [cellXfs, xf, numFmt, numFmtId, formatCode] = [tagOf('cellXfs'), tagOf('xf'), tagOf('numFmt'), tagOf('numFmtId'), tagOf('formatCode')];

export const readCellStyles = async (pieces: AsyncIterable<Uint8Array>): Promise<CellStyles> => {
  const codes = new Map<number, string>();
  const ids: number[] = [];
  let inCells = false;
  await readWholeXml(pieces, (tokens) => ({
    open: (tag) => {
      if (tag === cellXfs) inCells = true;
      if (tag !== numFmt && !(tag === xf && inCells)) return;
      let id = 0, code = '';
      for (let name = tokens().nextAttribute(); name !== 0; name = tokens().nextAttribute()) {
        if (name === numFmtId) id = tokens().number; else if (name === formatCode) code = tokens().value;
      }
      if (tag === numFmt) { if (codes.size < mostStyles) codes.set(id, code); } else if (ids.length < mostStyles) ids.push(id);
    },
    close: (tag) => { if (tag === cellXfs) inCells = false; },
    text: () => undefined,
  }));
  const styles = new Map([...new Set(ids)].map((id) => [id, styleOf(id, codes.get(id))]));
  return new CellStyles(ids.map((id) => styles.get(id) ?? plain));
};

export const styleOf = (id: number, code: string | undefined): CellStyle =>
  code === undefined ? { kind: builtInKind(id), padded: 0 } : { kind: kindOfFormat(code), padded: paddedWidth(code) };
