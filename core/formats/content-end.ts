const lf = 0x0a, cr = 0x0d;

/** End of a record's text: `recordEnd` without line ends. Looked for when asked, as few records are kept raw. */
export const contentEnd = (bytes: Uint8Array, recordStart: number, recordEnd: number): number => {
  let end = recordEnd;
  while (end > recordStart && (bytes[end - 1] === lf || bytes[end - 1] === cr)) end -= 1;
  return end;
};
