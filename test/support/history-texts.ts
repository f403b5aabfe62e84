/** Every text that the engine keeps of a run: names, messages, and the contents of all payloads, decoded. */
const isBytes = (value: object): value is Uint8Array => value instanceof Uint8Array;
/** Payloads in recorded histories are base64 in a field `data`. */
const decoded = (name: string, text: string): string => (name === 'data' ? Buffer.from(text, 'base64').toString('utf8') : text);

export const textsOf = (value: unknown, name = ''): readonly string[] => {
  if (typeof value === 'string') return [decoded(name, value)];
  if (typeof value !== 'object' || value === null) return [];
  if (isBytes(value)) return [Buffer.from(value).toString('utf8')];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, key));
};
