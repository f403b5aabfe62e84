/** A value out of COPY's text format (PostgreSQL, "COPY", section "Text Format"): backslashes before signs, `\N` for null. */
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

export const valueOfCopyText = (text: string): string | null => {
  if (!text.includes('\\')) return text;
  if (text === '\\N') return null;
  return text.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
};

/** Each line comes as a message of its own: before it a code and the length of all that follows the code (PostgreSQL, "Message Formats", CopyData). */
export const messageHeaderBytes = 5;

/** Where the message that begins `at` ends; the byte before is the line's end. */
export const endOfMessage = (messages: Buffer, at: number): number => at + 1 + messages.readUInt32BE(at + 1);

/** The lines without what stands before each, put together where they lie: the messages are used up. */
export const linesOfMessages = (messages: Buffer): Buffer => {
  let filled = 0;
  for (let at = 0; at < messages.length;) {
    const end = endOfMessage(messages, at);
    messages.copyWithin(filled, at + messageHeaderBytes, end);
    filled += end - at - messageHeaderBytes;
    at = end;
  }
  return messages.subarray(0, filled);
};

/** Rows of messages, which are used up: tabs between values. */
export const rowsOfMessages = (messages: Buffer): readonly (readonly (string | null)[])[] => {
  const lines = linesOfMessages(messages);
  return lines.toString('utf8', 0, lines.length - 1).split('\n').map((line) => line.split('\t').map(valueOfCopyText));
};
