/**
 * The best one-to-one assignment of rows to columns by their gains: Hungarian method with potentials, O(n²m). A pair whose gain is not above 0 is
 * never made; everything may stay alone.
 * @param gains one row an array, all of one length
 * @returns for each row its column, or null
 */
export const assign = (gains: readonly (readonly number[])[]): readonly (number | null)[] => {
  const width = gains[0]?.length ?? 0;
  if (gains.length <= width) return assignRows(gains);
  // The work grows with the square of the rows: the shorter side takes their place.
  const assigned: (number | null)[] = gains.map(() => null);
  assignRows(Array.from({ length: width }, (_, column) => gains.map((row) => row[column] ?? 0))).forEach((row, column) => { if (row !== null) assigned[row] = column; });
  return assigned;
};

const assignRows = (gains: readonly (readonly number[])[]): readonly (number | null)[] => {
  const columns = gains[0]?.length ?? 0;
  // One idle column a row makes every row assignable.
  const cost = gains.map((row) => [...row.map((gain) => (gain > 0 ? -gain : 0)), ...Array.from({ length: gains.length }, () => 0)]);
  const width = columns + gains.length;
  const ofRow = new Float64Array(gains.length + 1), ofColumn = new Float64Array(width + 1);
  const rowOf = new Int32Array(width + 1), way = new Int32Array(width + 1);
  for (let row = 1; row <= gains.length; row += 1) augment(row, { cost, width, ofRow, ofColumn, rowOf, way });
  const assigned: (number | null)[] = gains.map(() => null);
  for (let column = 1; column <= columns; column += 1) {
    const row = (rowOf[column] ?? 0) - 1;
    if (row >= 0 && (gains[row]?.[column - 1] ?? 0) > 0) assigned[row] = column - 1;
  }
  return assigned;
};

interface Labels {
  readonly cost: readonly (readonly number[])[];
  readonly width: number;
  readonly ofRow: Float64Array;
  readonly ofColumn: Float64Array;
  /** Which row a column has, from 1; 0: none. */
  readonly rowOf: Int32Array;
  readonly way: Int32Array;
}

const augment = (row: number, { cost, width, ofRow, ofColumn, rowOf, way }: Labels): void => {
  rowOf[0] = row;
  const least = new Float64Array(width + 1).fill(Infinity), seen = new Uint8Array(width + 1);
  let at = 0;
  do {
    seen[at] = 1;
    const current = rowOf[at] as number;
    let delta = Infinity, next = 0;
    for (let column = 1; column <= width; column += 1) {
      if (seen[column] === 1) continue;
      const reduced = (cost[current - 1]?.[column - 1] ?? 0) - (ofRow[current] as number) - (ofColumn[column] as number);
      if (reduced < (least[column] as number)) { least[column] = reduced; way[column] = at; }
      if ((least[column] as number) < delta) { delta = least[column] as number; next = column; }
    }
    for (let column = 0; column <= width; column += 1) {
      if (seen[column] === 1) { ofRow[rowOf[column] as number] = (ofRow[rowOf[column] as number] as number) + delta; ofColumn[column] = (ofColumn[column] as number) - delta; }
      else least[column] = (least[column] as number) - delta;
    }
    at = next;
  } while (rowOf[at] !== 0);
  for (; at !== 0; at = way[at] as number) rowOf[at] = rowOf[way[at] as number] as number;
};
