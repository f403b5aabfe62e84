/** How near two folded words are: a slip of the pen, a cut word, a word without its vowels. From 0 to 1. */
export const nearWords = (left: string, right: string): number => {
  if (left === right) return 1;
  return Math.max(slip(left, right), cut(left, right), cut(right, left), skeleton(left, right), skeleton(right, left));
};

const slip = (left: string, right: string): number => {
  const longest = Math.max(left.length, right.length);
  if (longest < 5 || Math.abs(left.length - right.length) > 2 || left[0] !== right[0]) return 0;
  const allowed = longest >= 9 ? 2 : 1;
  return editDistance(left, right, allowed) <= allowed ? 0.85 : 0;
};

/** `desc` of `description`: at least three letters, and not a word that merely begins alike. */
const cut = (short: string, long: string): number => (short.length >= 3 && short.length < long.length && long.startsWith(short) ? (short.length >= 5 ? 0.75 : 0.65) : 0);

const consonants = (word: string): string => word.slice(0, 1) + word.slice(1).replace(/[aeiou]/g, '');

/** `rptd` of `reported`: the first letter, and most of the consonants in their order. */
const skeleton = (short: string, long: string): number => {
  if (short.length < 3 || short.length >= long.length || short[0] !== long[0] || /[aeiou]/.test(short.slice(1))) return 0;
  const bones = consonants(long);
  if (bones === short) return 0.75;
  return short.at(-1) === bones.at(-1) && short.length >= Math.max(3, bones.length * 0.6) && isSubsequence(short, bones) ? 0.65 : 0;
};

const isSubsequence = (short: string, long: string): boolean => {
  let at = 0;
  for (const letter of long) if (letter === short[at]) at += 1;
  return at === short.length;
};

/** Insertions, deletions, replacements and swaps of neighbours; anything above `most` comes back as more than `most`. */
const editDistance = (left: string, right: string, most: number): number => {
  let before: number[] = [], previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1));
      if (left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1] && row > 1 && column > 1) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    if (Math.min(...current) > most) return most + 1;
    [before, previous] = [previous, current];
  }
  return previous[right.length] ?? most + 1;
};
