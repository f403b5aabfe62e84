/** Names of elements and attributes of an OpenDocument spreadsheet that say something of its rows. */
import { tagOf } from '../sheets/xml-tokens.ts';

export const tag = {
  table: tagOf('table'), column: tagOf('table-column'), row: tagOf('table-row'), cell: tagOf('table-cell'), covered: tagOf('covered-table-cell'), p: tagOf('p'), h: tagOf('h'), s: tagOf('s'), tab: tagOf('tab'),
  lineBreak: tagOf('line-break'), annotation: tagOf('annotation'), shapes: tagOf('shapes'), frame: tagOf('frame'), ruby: tagOf('ruby-text'), links: tagOf('dde-links'), style: tagOf('style'), tableProperties: tagOf('table-properties'),
};
export const attribute = {
  name: tagOf('name'), styleName: tagOf('style-name'), display: tagOf('display'), rows: tagOf('number-rows-repeated'), columns: tagOf('number-columns-repeated'), visibility: tagOf('visibility'), type: tagOf('value-type'),
  value: tagOf('value'), date: tagOf('date-value'), time: tagOf('time-value'), boolean: tagOf('boolean-value'), string: tagOf('string-value'), formula: tagOf('formula'), columnsSpanned: tagOf('number-columns-spanned'),
  rowsSpanned: tagOf('number-rows-spanned'), c: tagOf('c'),
};
/** What stands in a cell and is no text of it. */
export const aside: ReadonlySet<number> = new Set([tag.annotation, tag.shapes, tag.frame, tag.ruby, tag.links]);
export const mostSheets = 10_000;
