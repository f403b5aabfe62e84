/**
 * What stands where a value is missing. Words in the five languages of the registry terms, dates and numbers that systems fill in by themselves.
 * Short words that are also values (NA is Namibia, NO is Norway, "none" an answer) are left out: an import names its own.
 */
const words = [
  'n/a', 'n.a.', 'n. a.', '#n/a', '#na', 'n/d', 'n.d.', 'n. d.', 's/d', 'k.a.', 'k. a.', '-', '--', '---', '?', '??', '???', '.', '...', 'xxx', 'xxxx', 'tbd', 'tba', 'tbc', 'null', '(null)', '<null>', 'undefined', 'nan',
  'unknown', 'unk', 'not known', 'not available', 'not applicable', 'not provided', 'not specified', 'unspecified', 'no data', 'no information',
  'desconocido', 'desconocida', 'se desconoce', 'sin datos', 'sin dato', 'sin información', 'sin informacion', 'no disponible', 'no aplica', 'no consta', 'no especificado', 'no especificada',
  'inconnu', 'inconnue', 'non connu', 'non disponible', 'non renseigné', 'non renseignée', 'non communiqué', 'sans objet', 'aucune donnée', 'non applicable', 'non précisé',
  'desconhecido', 'desconhecida', 'não disponível', 'nao disponivel', 'sem dados', 'sem informação', 'sem informacao', 'não informado', 'nao informado', 'não se aplica', 'nao se aplica', 'não consta',
  'unbekannt', 'keine angabe', 'keine angaben', 'nicht bekannt', 'nicht verfügbar', 'nicht angegeben', 'nicht zutreffend', 'entfällt',
  '999-99-9999', '000-00-0000', '123-45-6789', '00/00/0000', '0000-00-00', '01/01/1900', '1/1/1900', '01.01.1900', '01-01-1900', '1900-01-01', '01/01/1970', '1/1/1970', '01.01.1970', '1970-01-01',
  '31/12/9999', '12/31/9999', '31.12.9999', '9999-12-31', '12/30/1899', '30/12/1899', '1899-12-30',
];
/** A telephone or document number of one digit. */
const oneDigit = /^(\d)\1{6,}$/;
const longestWord = 40;

/** 1899-12-30 is the zero of spreadsheets, 1753-01-01 of SQL Server, 0001-01-01 of .NET. */
export const placeholderDays: readonly string[] = ['0001-01-01', '1753-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1970-01-01', '9999-12-31'];

const fold = (text: string): string => text.trim().toLowerCase().normalize('NFC');

export const placeholderTexts = (own: readonly string[]): ((text: string) => boolean) => {
  const known = new Set([...words, ...own].map(fold));
  const longest = Math.max(longestWord, ...own.map((text) => text.length));
  return (text) => text.length <= longest && (known.has(fold(text)) || oneDigit.test(text));
};
