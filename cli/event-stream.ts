/** Server-sent events (WHATWG HTML, section 9.2.6) out of a stream of bytes: name and data of each; comments (pings) are skipped. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** A line may end in LF, CR LF or CR; a CR at the end of what arrived may still be followed by its LF, so it waits. */
const takeLines = (text: string): { readonly lines: readonly string[]; readonly rest: string } => {
  const held = text.endsWith('\r') ? '\r' : '';
  const parts = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
  const rest = parts.pop() ?? '';
  return { lines: parts, rest: rest + held };
};

export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '', event = '';
  let data: string[] = [];
  for await (const piece of bytes) {
    const taken = takeLines(rest + decoder.decode(piece, { stream: true }));
    rest = taken.rest;
    for (const line of taken.lines) {
      if (line === '') {
        if (event !== '' || data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
        event = '';
        data = [];
      } else if (!line.startsWith(':')) {
        const colon = line.indexOf(':');
        const name = colon === -1 ? line : line.slice(0, colon);
        const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (name === 'event') event = value;
        else if (name === 'data') data.push(value);
      }
    }
  }
}
