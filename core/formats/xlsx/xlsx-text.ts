/** Texts as the XML of a workbook has them. */
const markup = /[&<>]/g;
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
/** What XML 1.0 cannot hold, and the carriage return, which its readers make a line feed of. */
const forbidden = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/;
const everyForbidden = new RegExp(forbidden, 'g');
/** An underscore that would begin an escape: of the text itself, or together with the escape of the character behind it. */
const falseEscape = /_(?=x[0-9A-Fa-f]{4}[_\u0000-\u0008\u000b-\u001f\ufffe\uffff])/g;

/** ECMA-376 part 1, 22.9.2.19 (ST_Xstring). */
const hexEscape = (sign: string): string => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;

export const escapeText = (text: string): string => {
  let plain = text;
  if (plain.includes('_x')) plain = plain.replace(falseEscape, '_x005F_');
  if (forbidden.test(plain)) plain = plain.replace(everyForbidden, hexEscape);
  return plain.replace(markup, (sign) => entities[sign] ?? sign);
};

const outerBlank = /^\s|\s$|\n/;
export const textElement = (text: string): string => `<t${outerBlank.test(text) ? ' xml:space="preserve"' : ''}>${escapeText(text)}</t>`;
