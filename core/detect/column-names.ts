/** Names of columns: from the header, without outer blanks, each one only once; `column_7` where there is none. */
export function nameColumns(header: readonly string[], width = header.length): string[] {
  const given = Array.from({ length: width }, (_, index) => cleanName(header[index] ?? '') || `column_${index + 1}`);
  const reserved = new Set(given);
  const taken = new Set<string>();
  const nextNumber = new Map<string, number>();
  return given.map((name) => {
    let unique = name;
    // The counter per name keeps a header of ten thousand equal names linear.
    for (let number = nextNumber.get(name) ?? 2; taken.has(unique); number++) {
      const candidate = `${name}_${number}`;
      nextNumber.set(name, number + 1);
      if (!reserved.has(candidate) && !taken.has(candidate)) unique = candidate;
    }
    taken.add(unique);
    return unique;
  });
}

/** Line ends inside a name would have to be typed in `--map`; NUL cannot be stored in PostgreSQL. */
export const cleanName = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000e-\u001f\u007f\ufeff]/g, '').replace(/\s+/g, (blanks) => (/[^ \u00a0]/.test(blanks) ? ' ' : blanks)).trim();
