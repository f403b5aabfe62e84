/** The parts of a workbook around its rows: the same for every file of the same fields, without an author or a day. */
import type { FieldDefinition } from '../../../contracts/dataset-definition.ts';
import type { OutputField } from '../format-writer.ts';
import { packEntry, type ZipEntry } from '../zip/zip-file.ts';
import { columnLetters } from './cell-reference.ts';
import { ownCodeName, ownSheetName } from './own-sheets.ts';
import { cellStyles } from './xlsx-cells.ts';
import { textElement } from './xlsx-text.ts';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaging = 'http://schemas.openxmlformats.org/package/2006';
const media = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const sheetNumbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
export const sheetPart = (number: number): string => `xl/worksheets/sheet${number}.xml`;

const contentTypes = (sheets: number): string => `${declaration}<Types xmlns="${packaging}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`
  + `<Override PartName="/xl/workbook.xml" ContentType="${media}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${media}.styles+xml"/>`
  + `${sheetNumbers(sheets).map((number) => `<Override PartName="/${sheetPart(number)}" ContentType="${media}.worksheet+xml"/>`).join('')}</Types>`;

const rootRelations = `${declaration}<Relationships xmlns="${packaging}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;

const workbook = (sheets: number): string => `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr codeName="${ownCodeName}"/><sheets>`
  + `${sheetNumbers(sheets).map((number) => `<sheet name="${ownSheetName(number)}" sheetId="${number}" r:id="rId${number}"/>`).join('')}</sheets></workbook>`;

const workbookRelations = (sheets: number): string => `${declaration}<Relationships xmlns="${packaging}/relationships">`
  + `${sheetNumbers(sheets).map((number) => `<Relationship Id="rId${number}" Type="${office}/worksheet" Target="worksheets/sheet${number}.xml"/>`).join('')}`
  + `<Relationship Id="rId${sheets + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`;

const formats = ['yyyy\\-mm\\-dd', 'yyyy\\-mm\\-dd\\ hh:mm:ss', 'yyyy\\-mm\\-dd\\ hh:mm:ss.000', 'yyyy\\-mm\\-dd\\ hh:mm:ss&quot;Z&quot;', 'yyyy\\-mm\\-dd\\ hh:mm:ss.000&quot;Z&quot;'];
const firstFormat = 164;
/** In the order of `cellStyles`. */
const styles = `${declaration}<styleSheet xmlns="${main}"><numFmts count="${formats.length}">${formats.map((code, index) => `<numFmt numFmtId="${firstFormat + index}" formatCode="${code}"/>`).join('')}</numFmts>`
  + '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
  + '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
  + '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  + `<cellXfs count="${formats.length + 2}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>`
  + `${formats.map((_, index) => `<xf numFmtId="${firstFormat + index}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`).join('')}</cellXfs>`
  + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

export const frameEntries = (sheets: number): readonly ZipEntry[] => [
  packEntry('[Content_Types].xml', Buffer.from(contentTypes(sheets))), packEntry('_rels/.rels', Buffer.from(rootRelations)),
  packEntry('xl/workbook.xml', Buffer.from(workbook(sheets))), packEntry('xl/_rels/workbook.xml.rels', Buffer.from(workbookRelations(sheets))),
  packEntry('xl/styles.xml', Buffer.from(styles)),
];

/** In characters. */
const widthOf = (name: string, { type }: FieldDefinition): number => Math.min(40, Math.max(name.length + 2, usualWidth(type)));
const usualWidth = (type: FieldDefinition['type']): number => {
  switch (type) {
    case 'boolean': return 8;
    case 'integer': case 'number': case 'date': case 'country': return 12;
    case 'timestamp': return 22;
    case 'uuid': return 38;
    case 'text': case 'json': case 'enum': case 'phone': case 'email': case 'code': case 'other': case 'text_list': case 'point': return 20;
  }
};

/** Up to the first record. */
export const sheetOpening = (fields: readonly OutputField[], rows: number): Uint8Array => Buffer.from(
  `${declaration}<worksheet xmlns="${main}"><dimension ref="A1:${columnLetters(fields.length)}${rows + 1}"/>`
  + '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
  + `<cols>${fields.map(({ name, field }, index) => `<col min="${index + 1}" max="${index + 1}" width="${widthOf(name, field)}" customWidth="1"/>`).join('')}</cols><sheetData><row r="1">`
  + `${fields.map(({ name }, index) => `<c r="${columnLetters(index + 1)}1" s="${cellStyles.header}" t="inlineStr"><is>${textElement(name)}</is></c>`).join('')}</row>`);

export const sheetClosing: Uint8Array = Buffer.from('</sheetData></worksheet>');
