/** A word as people mean it: `Sí`, `SI` and ` si.` are one. Letters of any script stay; marks, case, outer blanks and dots at the end go. */
export const foldWord = (text: string): string => {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/gu, ' ');
  let end = folded.length;
  while (end > 0 && folded.charCodeAt(end - 1) === dot) end -= 1;
  return folded.slice(0, end);
};
const dot = 0x2e;
