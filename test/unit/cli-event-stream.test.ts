import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../cli/event-stream.ts';
import type { StreamEvent } from '../../cli/event-stream.ts';

const collect = async (pieces: readonly Uint8Array[]): Promise<readonly StreamEvent[]> => {
  const events: StreamEvent[] = [];
  for await (const event of readEvents((async function* () { yield* pieces; })())) events.push(event);
  return events;
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('server-sent events', () => {
  it('carry a name and data; comments and unknown fields are skipped', async () => {
    expect(await collect([utf8(':\n\nevent: next\nid: 7\ndata: {"a":\ndata: 1}\n\ndata:plain\n\nevent: complete\n\n')]))
      .toEqual([{ event: 'next', data: '{"a":\n1}' }, { event: 'message', data: 'plain' }, { event: 'complete', data: '' }]);
  });
  it('that were not finished are not told', async () => {
    expect(await collect([utf8('event: next\ndata: 1\n')])).toEqual([]);
  });
  it('read the same wherever the network cuts them, with any line end', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)), { maxLength: 5 });
    await fc.assert(fc.asyncProperty(texts, fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(50), { maxLength: 20 }), async (data, end, cuts) => {
      const bytes = utf8(data.map((text) => `event: next${end}data: ${text}${end}${end}`).join('') + (end === '\r' ? ':' : ''));
      const pieces: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) { pieces.push(bytes.subarray(at, at + cut)); at = Math.min(bytes.length, at + cut); }
      pieces.push(bytes.subarray(at));
      expect(await collect(pieces)).toEqual(data.map((text) => ({ event: 'next', data: text })));
    }));
  });
});
