/**
 * Lists of texts as they come in one cell: a JSON array of strings and nulls, an array literal of PostgreSQL, or elements between
 * semicolons, whose outer blanks are dropped, as is one semicolon at the end.
 */
export type ListElements = readonly (string | null)[];

/** Null: not a list. The text is trimmed and not empty. */
export const listElements = (text: string): ListElements | null => {
  if (text.startsWith('[')) return jsonElements(text);
  if (text.startsWith('{')) return literalElements(text);
  const parts = text.split(';').map((part) => part.trim());
  return parts.length > 1 && parts.at(-1) === '' ? parts.slice(0, -1) : parts;
};

const jsonElements = (text: string): ListElements | null => {
  try {
    const value = JSON.parse(text) as unknown;
    const isList = Array.isArray(value) && value.every((element) => element === null || typeof element === 'string');
    return isList ? (value as ListElements) : null;
  } catch {
    return null;
  }
};

/** PostgreSQL, "Arrays", section "Array Input and Output Syntax"; one dimension. */
const literalElement = /\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^",{}\\\s]|\\.)(?:(?:[^",{}\\]|\\.)*(?:[^",{}\\\s]|\\.))?))\s*([,}])/suy;

const literalElements = (text: string): ListElements | null => {
  if (/^\{\s*\}$/.test(text)) return [];
  const elements: (string | null)[] = [];
  literalElement.lastIndex = 1;
  for (let end = ','; end === ','; ) {
    const match = literalElement.exec(text);
    if (match === null) return null;
    const [, quoted, bare = '', mark = ''] = match;
    elements.push(quoted === undefined && bare.toLowerCase() === 'null' ? null : (quoted ?? bare).replace(/\\(.)/gsu, '$1'));
    end = mark;
    if (end === '}' && literalElement.lastIndex !== text.length) return null;
  }
  return elements;
};
