/** References of XML without a document type: five names, and characters by number. */
const reference = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot|apos));/g;
const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: '\'' };

const character = (code: number): string => (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000) ? '\ufffd' : String.fromCodePoint(code));

/** An ampersand that begins nothing known stands for itself, as spreadsheets let it. */
export const appendDecoded = (before: string, text: string): string =>
  before + (text.includes('&')
    ? text.replace(reference, (_, decimal: string | undefined, hex: string | undefined, name: string | undefined) =>
      name === undefined ? character(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)) : names[name] ?? '')
    : text);
