/** A word as people mean it: `Sí`, `SI` and ` si.` are one. Letters of any script stay; marks, case, outer blanks and dots at the end go. */
export const foldWord = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\.+$/, '').replace(/\s+/g, ' ');
