/** Outer blanks of a cell: the ASCII ones and the no-break space (U+00A0), which spreadsheets and web pages leave behind. */
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export const trimmedStart = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end) {
    const byte = bytes[at] as number;
    if (isBlank(byte)) at++;
    else if (byte === 0xc2 && at + 1 < end && bytes[at + 1] === 0xa0) at += 2;
    else return at;
  }
  return at;
};

/** For a start that {@link trimmedStart} gave. */
export const trimmedEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = end;
  while (at > start) {
    const byte = bytes[at - 1] as number;
    if (isBlank(byte)) at--;
    else if (byte === 0xa0 && at - 2 >= start && bytes[at - 2] === 0xc2) at -= 2;
    else return at;
  }
  return at;
};

export const isBlankCell = (bytes: Uint8Array, start: number, end: number): boolean => trimmedStart(bytes, start, end) === end;
