/**
 * How probable each pair is when a column feeds one field and a field takes one column: the evidence of all pairs weighed against one another
 * and against "no field", by turns over columns and fields until both are whole (Sinkhorn's scaling with a way out).
 * @param evidence log-odds, one row a column
 */
export const matchShares = (evidence: readonly (readonly number[])[]): readonly (readonly number[])[] => {
  const width = evidence[0]?.length ?? 0;
  const odds = evidence.map((row) => row.map((each) => Math.exp(Math.max(-12, Math.min(12, each)))));
  const ofRow = odds.map(() => 1), ofColumn = Array.from({ length: width }, () => 1);
  for (let turn = 0; turn < turns; turn += 1) {
    odds.forEach((row, at) => { ofRow[at] = 1 / (1 + row.reduce((sum, each, column) => sum + each * (ofColumn[column] ?? 0), 0)); });
    for (let column = 0; column < width; column += 1) ofColumn[column] = 1 / (1 + odds.reduce((sum, row, at) => sum + (row[column] ?? 0) * (ofRow[at] ?? 0), 0));
  }
  // The last turn was over fields: rows may still exceed one by a little.
  return odds.map((row, at) => row.map((each, column) => Math.min(1, each * (ofRow[at] ?? 0) * (ofColumn[column] ?? 0))));
};

const turns = 60;
