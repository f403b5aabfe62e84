/** A name as the words that carry it: accents, case, separators and small words do not count; `camelCase` and `ABCDef` are two words. */
const smallWords: ReadonlySet<string> = new Set(('of the a an in on at by for with or and is was if / de del la el los las y en por con al du des le les et d l un une da do dos das e os em '
  + 'der die dem den und im am zum zur fur').split(' '));

export const isSmallWord = (word: string): boolean => smallWords.has(word);

/** Most texts have nothing to fold but their case. */
const isPlain = (text: string): boolean => { for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false; return true; };

export const foldText = (text: string): string => isPlain(text) ? text.toLowerCase() :
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('æ', 'ae').replaceAll('ø', 'o').replaceAll('œ', 'oe').replaceAll('ł', 'l');

const wordsOf = (name: string): readonly string[] => name
  .normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('#', ' number ').replace(/(?<![\p{L}\p{N}])(?:\p{L}\.){2,}\p{L}?(?![\p{L}\p{N}])/gu, (initials) => initials.replaceAll('.', ''))
  .replace(/([\p{Ll}])(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu}{2,})(\p{Lu}\p{Ll})/gu, '$1 $2').replace(/(\p{L})(\p{N})/gu, '$1 $2').replace(/(\p{N})(\p{L})/gu, '$1 $2')
  .split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').map(foldText);

export const foldWords = (name: string): readonly string[] => {
  const words = wordsOf(name);
  const telling = words.filter((word) => !smallWords.has(word));
  return telling.length > 0 ? telling : words;
};
