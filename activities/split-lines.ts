/** In COPY's text form a line feed only ever ends a row. */
export const splitLines = (bytes: Buffer): readonly Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start) + 1;
    lines.push(Buffer.from(bytes.subarray(start, end)));
    start = end;
  }
  return lines;
};
