/** English month names: the full name, its first three letters, or `Sept`, in any case. Other languages: the transform `date`. */
const names = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const namesInBytes = names.map((name) => Buffer.from(name, 'latin1'));
const key = (a: number, b: number, c: number): number => (a << 16) | (b << 8) | c;
const monthByStart = new Map(namesInBytes.map((name, index) => [key(name[0] ?? 0, name[1] ?? 0, name[2] ?? 0), index + 1] as const));

export const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** 1 to 12 for the letters `bytes[start, end)`; 0 when they name no month. */
export const monthOfName = (bytes: Uint8Array, start: number, end: number): number => {
  const length = end - start;
  if (length < 3 || length > 9) return 0;
  const month = monthByStart.get(key((bytes[start] as number) | 0x20, (bytes[start + 1] as number) | 0x20, (bytes[start + 2] as number) | 0x20)) ?? 0;
  const name = namesInBytes[month - 1];
  if (name === undefined || length === 3) return month;
  if (length !== name.length && !(month === 9 && length === 4)) return 0;
  for (let i = 3; i < length; i++) if (((bytes[start + i] as number) | 0x20) !== name[i]) return 0;
  return month;
};
