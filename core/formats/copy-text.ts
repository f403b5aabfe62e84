/** A value out of COPY's text format (PostgreSQL, "COPY", section "Text Format"): backslashes before signs, `\N` for null. */
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

export const valueOfCopyText = (text: string): string | null => {
  if (!text.includes('\\')) return text;
  if (text === '\\N') return null;
  return text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
};

/** Rows of whole lines: tabs between values. */
export const rowsOfLines = (lines: Buffer): readonly (readonly (string | null)[])[] =>
  lines.toString('utf8', 0, lines.length - 1).split('\n').map((line) => line.split('\t').map(valueOfCopyText));
