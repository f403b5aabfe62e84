/**
 * XML: `records` with a `record` each, whose elements are the fields. An absent element is a null, an empty one an empty text. What XML cannot
 * hold is written as xml-escape.ts says, and read so again when the file comes back.
 */
import { WaybillError } from '../../../contracts/errors.ts';
import type { FormatWriter, OutputField, OutputRow } from '../format-writer.ts';
import { portableText } from '../portable-text.ts';
import { escapeName, escapeValue } from './xml-escape.ts';

export const rootName = 'records', recordName = 'record';
/** A processing instruction before the root with the names of all elements that a record may have. */
export const fieldsInstruction = 'waybill-fields';

/** A text without any of these is written as it is. */
const special = /[&<>_\r\ufffe\uffff\ud800-\udfff\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

interface WrittenElement {
  readonly open: string;
  readonly close: string;
  readonly portable: (text: string) => string;
}

export class XmlWriter implements FormatWriter {
  readonly opening: Uint8Array;
  readonly between = Buffer.alloc(0);
  readonly closing = Buffer.from(`</${rootName}>\n`);
  readonly guardedCells = 0;
  private readonly elements: readonly WrittenElement[];

  constructor(fields: readonly OutputField[]) {
    const names = elementNames(fields);
    // A field may have no value in any record that a reader samples; this tells that it is there.
    this.opening = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<?${fieldsInstruction} ${names.join(' ')}?>\n<${rootName}>\n`);
    this.elements = names.map((name, index) => ({ open: `<${name}>`, close: `</${name}>`, portable: portableText((fields[index] as OutputField).field) }));
  }

  encode(rows: readonly OutputRow[]): Uint8Array {
    const { elements } = this;
    let text = '';
    for (const row of rows) {
      text += `<${recordName}>`;
      for (let index = 0; index < elements.length; index += 1) {
        const value = row[index];
        if (value === null || value === undefined) continue;
        const { open, close, portable } = elements[index] as WrittenElement;
        const held = portable(value);
        text += open + (special.test(held) ? escapeValue(held) : held) + close;
      }
      text += `</${recordName}>\n`;
    }
    return Buffer.from(text);
  }
}

/** Escaped names are still different from one another: the escape can be undone. */
export const elementNames = (fields: readonly OutputField[]): readonly string[] => fields.map(({ name, field }) => {
  const escaped = escapeName(name);
  if (Buffer.byteLength(escaped) > longestName) throw new WaybillError('EXPORT_FIELDS_INVALID', `The name of ${field.name} in the file is too long for an element of XML; give the field another one.`, { field: field.name });
  return escaped;
});

const longestName = 1_000;
