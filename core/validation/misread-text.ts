/** Texts that were UTF-8 and were read as Latin-1 or Windows-1252: a letter of the range Â to ô, and behind it what the rest of its bytes looks like there. */
const windows1252 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const isContinuation = (unit: number): boolean => (unit >= 0x80 && unit <= 0xbf) || (unit > 0xff && windows1252.includes(String.fromCharCode(unit)));
/** Signs that stand behind a capital letter in plain texts as well: «CAFÉ», “IRMÔ. */
const isPunctuation = (first: number, unit: number): boolean => (first === 0xc2 ? '»”’›' : '»”’›…–— ®°·').includes(String.fromCharCode(unit));

/** Characters behind a first one of this value; 0: it begins nothing. */
const followers = (unit: number): number => (unit < 0xc2 || unit > 0xf4 ? 0 : unit < 0xe0 ? 1 : unit < 0xf0 ? 2 : 3);

export const looksMisread = (text: string): boolean => {
  let doubtful = 0;
  for (let at = 0; at < text.length; at += 1) {
    const first = text.charCodeAt(at), count = followers(first);
    if (count === 0 || !allContinue(text, at + 1, count)) continue;
    if (count > 1 || !isPunctuation(first, text.charCodeAt(at + 1))) return true;
    doubtful += 1;
    if (doubtful > 1) return true;
  }
  return false;
};

const allContinue = (text: string, from: number, count: number): boolean => {
  for (let at = from; at < from + count; at += 1) if (!(at < text.length && isContinuation(text.charCodeAt(at)))) return false;
  return true;
};

/** Whether there can be such a text: a letter of that range is C3 82 to C3 B4 in UTF-8. */
export const mayBeMisread = (bytes: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end - 2; at += 1) if (bytes[at] === 0xc3 && (bytes[at + 1] as number) >= 0x82 && (bytes[at + 1] as number) <= 0xb4) return true;
  return false;
};
