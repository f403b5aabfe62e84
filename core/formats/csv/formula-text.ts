/**
 * Formula injection in CSV (https://owasp.org/www-community/attacks/CSV_Injection): a text that a spreadsheet would run gets a leading
 * apostrophe. A text that already stands as apostrophes before such a character gets one more, so that taking one away is the exact
 * inverse. Numbers are untouched: nothing runs in `-12.5`.
 */
const runnable = /^'*[=+\-@\t\r]/;
const number = /^[+-]?(?:\d+|\d{1,3}(?:[ ,.]\d{3})+)(?:[.,]\d+)?(?:[eE][+-]?\d{1,4})?%?$/;

export const neutraliseFormula = (text: string): string =>
  runnable.test(text) && !number.test(text) ? `'${text}` : text;

/** Inverse of {@link neutraliseFormula}; only for files that say they carry neutralised texts. */
export const restoreFormula = (text: string): string =>
  text.startsWith("'") && runnable.test(text) && neutraliseFormula(text.slice(1)) === text ? text.slice(1) : text;
