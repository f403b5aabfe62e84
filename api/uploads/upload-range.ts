/** The headers with which an upload says what it sends. */
import { WaybillError } from '../../contracts/errors.ts';
import { sha256Schema } from '../../contracts/ids.ts';

export interface UploadRange {
  /** Where the body starts; null: `bytes * /total` says the length and sends nothing. */
  readonly start: number | null;
  /** Inclusive. */
  readonly last: number | null;
  /** Null: not known yet. */
  readonly total: number | null;
}

const invalid = (header: string): WaybillError => new WaybillError('REQUEST_INVALID', `The header ${header} is malformed.`, { header });

// RFC 9110 14.4: `bytes a-b/total`, `bytes a-b/*`; `bytes */total` ends an upload whose length was not known.
export const parseContentRange = (text: string | null): UploadRange => {
  const [, start, last, total] = /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)$/.exec(text ?? '') ?? [];
  const range = { start: start === undefined ? null : Number(start), last: last === undefined ? null : Number(last), total: total === '*' || total === undefined ? null : Number(total) };
  const isWhole = range.start === null ? range.total !== null
    : range.last !== null && range.last >= range.start && (range.total === null || range.last < range.total);
  if (!isWhole) throw invalid('Content-Range');
  return range;
};

/** `X-Content-SHA256: <hex>`, or RFC 3230 `Digest: sha-256=<base64>`, or RFC 9530 `Content-Digest: sha-256=:<base64>:`; null when none is sent. */
export const expectedSha256 = (headers: Headers): string | null => {
  const hex = headers.get('x-content-sha256');
  if (hex !== null) {
    const parsed = sha256Schema.safeParse(hex.trim().toLowerCase());
    if (!parsed.success) throw invalid('X-Content-SHA256');
    return parsed.data;
  }
  const digest = headers.get('content-digest') ?? headers.get('digest');
  if (digest === null) return null;
  const [, base64] = /(?:^|,)\s*sha-256=:?([A-Za-z0-9+/]{43}=):?\s*(?:,|$)/i.exec(digest) ?? [];
  if (base64 === undefined) throw invalid('Digest');
  return Buffer.from(base64, 'base64').toString('hex');
};

export const contentLength = (headers: Headers): number | null => {
  const text = headers.get('content-length');
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw invalid('Content-Length');
  return Number(text);
};
