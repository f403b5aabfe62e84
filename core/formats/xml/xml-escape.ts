/**
 * `_xHHHH_` stands for the UTF-16 code unit HHHH: in names as SQL/XML (ISO/IEC 9075-14) has it, for what no XML name may have; in values as
 * in XLSX (ISO/IEC 29500-1, 22.9.2.19), for the control characters that XML 1.0 cannot hold. A text that reads like an escape has its own
 * underscore escaped.
 */
const escapedUnit = (unit: number): string => `_x${unit.toString(16).toUpperCase().padStart(4, '0')}_`;
const escaped = (character: string): string => Array.from({ length: character.length }, (_, at) => escapedUnit(character.charCodeAt(at))).join('');

const looksEscaped = /_(?=x[0-9A-Fa-f]{4})/g;
/** XML 1.0, 2.2, without tab, line feed and carriage return. */
const unholdable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export const escapeValue = (text: string): string => text
  .replace(looksEscaped, '_x005F_').replace(unholdable, escaped)
  .replace(/[&<>\r]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : character === '>' ? '&gt;' : '&#13;'));

/** XML 1.0 names less the colon, which would be a prefix. */
const notInName = /[^\p{L}\p{Nd}_.\u00b7\u0300-\u036f-]/gu;
const notFirst = /^[^\p{L}_]/u;

export const escapeName = (name: string): string => {
  const held = name.replace(looksEscaped, '_x005F_').replace(notInName, escaped);
  const whole = held.replace(notFirst, escaped);
  // Names that begin with "xml" in any case are reserved.
  return /^xml/i.test(whole) ? `${escaped(whole.charAt(0))}${whole.slice(1)}` : whole;
};

export const restoreName = (name: string): string => name.replace(/_x([0-9A-Fa-f]{4})_/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
