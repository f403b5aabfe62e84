const [quote, backslash, lineFeed] = [34, 92, 10];
const opens = new Set([91, 123]), closes = new Set([93, 125]);

/** Whether a bracket of the first line is still open at its end, outside of a string: it begins a document, and is no record of its own. */
export const goesOnBehindLine = (bytes: Uint8Array, start: number): boolean => {
  let [depth, inText] = [0, false];
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === lineFeed) return depth > 0 && !inText;
    if (inText && byte === backslash) at += 1;
    else if (byte === quote) inText = !inText;
    else if (!inText && opens.has(byte)) depth += 1;
    else if (!inText && closes.has(byte)) depth -= 1;
  }
  return false;
};
