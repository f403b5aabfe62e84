/**
 * Turns a source's bytes into UTF-8, piece by piece, without a BOM; what cannot be decoded becomes U+FFFD, so that the row that holds it
 * can be named later instead of the file being lost.
 *
 * Labels mean what browsers mean by them (https://encoding.spec.whatwg.org/#names-and-labels): `iso-8859-1` is read as windows-1252, its
 * superset, because C1 controls are never meant in a text. For the same reason a byte that only maps to a C1 control is undecodable.
 */
import type { Encoding } from '../../../contracts/parse-options.ts';

export interface SourceDecoder {
  /** The result belongs to the caller. */
  push(bytes: Uint8Array): Uint8Array;
  /** What an incomplete sequence at the end still gives. */
  end(): Uint8Array;
}

const replacement = 0xfffd;
const isC1 = (codePoint: number): boolean => codePoint >= 0x80 && codePoint <= 0x9f;

export function createSourceDecoder(encoding: Encoding): SourceDecoder {
  switch (encoding) {
    case 'utf-8':
    case 'utf-16le':
      return new UnicodeDecoder(encoding);
    case 'utf-16be':
      return new SwappingDecoder(new UnicodeDecoder('utf-16le'));
    case 'windows-1252':
    case 'iso-8859-1':
    case 'iso-8859-2':
    case 'iso-8859-15':
    case 'windows-1250':
    case 'windows-1251':
    case 'koi8-r':
    case 'macintosh':
    case 'ibm866':
      return new SingleByteDecoder(encoding);
  }
}

/**
 * 0x80 to 0x9F of windows-1252 (https://encoding.spec.whatwg.org/index-windows-1252.txt), its undefined places as U+FFFD. Written out
 * because Node 20's own decoder takes these bytes for Latin-1 (https://github.com/nodejs/node/issues/56542).
 */
const windows1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

/** The 256 characters of a single-byte encoding, as code points; none lies beyond the basic plane. */
export function codePointsOf(encoding: Encoding): Uint16Array {
  const isLatin1 = encoding === 'windows-1252' || encoding === 'iso-8859-1';
  const text = isLatin1 ? null : new TextDecoder(encoding).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    const codePoint = text === null ? (isC1(byte) ? windows1252.charCodeAt(byte - 0x80) : byte) : text.charCodeAt(byte);
    return isC1(codePoint) ? replacement : codePoint;
  });
}

class UnicodeDecoder implements SourceDecoder {
  private readonly decoder: InstanceType<typeof TextDecoder>;
  private readonly encoder = new TextEncoder();

  constructor(encoding: 'utf-8' | 'utf-16le') {
    this.decoder = new TextDecoder(encoding);
  }
  push(bytes: Uint8Array): Uint8Array {
    return this.encoder.encode(this.decoder.decode(bytes, { stream: true }));
  }
  end(): Uint8Array {
    return this.encoder.encode(this.decoder.decode());
  }
}

/** Big endian by swapping, so that one decoder has to be right about surrogates and borders. */
class SwappingDecoder implements SourceDecoder {
  private held: number | null = null;

  constructor(private readonly inner: SourceDecoder) {}

  push(bytes: Uint8Array): Uint8Array {
    const heldBytes = this.held === null ? 0 : 1;
    const all = new Uint8Array(bytes.length + heldBytes);
    if (this.held !== null) all[0] = this.held;
    all.set(bytes, heldBytes);
    const even = all.length & ~1;
    this.held = even < all.length ? (all[even] as number) : null;
    for (let at = 0; at < even; at += 2) {
      const high = all[at] as number;
      all[at] = all[at + 1] as number;
      all[at + 1] = high;
    }
    return this.inner.push(all.subarray(0, even));
  }
  end(): Uint8Array {
    const last = this.held === null ? new Uint8Array(0) : this.inner.push(Uint8Array.of(this.held));
    const rest = this.inner.end();
    const all = new Uint8Array(last.length + rest.length);
    all.set(last);
    all.set(rest, last.length);
    return all;
  }
}

class SingleByteDecoder implements SourceDecoder {
  private readonly codePoints: Uint16Array;

  constructor(encoding: Encoding) {
    this.codePoints = codePointsOf(encoding);
  }
  push(bytes: Uint8Array): Uint8Array {
    const target = new Uint8Array(bytes.length * 3);
    let to = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (byte < 0x80) target[to++] = byte;
      else to = this.writeHigh(byte, target, to);
    }
    return target.slice(0, to);
  }
  end(): Uint8Array {
    return new Uint8Array(0);
  }
  private writeHigh(byte: number, target: Uint8Array, start: number): number {
    const codePoint = this.codePoints[byte] as number;
    let to = start;
    if (codePoint < 0x800) target[to++] = 0xc0 | (codePoint >> 6);
    else {
      target[to++] = 0xe0 | (codePoint >> 12);
      target[to++] = 0x80 | ((codePoint >> 6) & 0x3f);
    }
    target[to++] = 0x80 | (codePoint & 0x3f);
    return to;
  }
}
