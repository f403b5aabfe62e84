import type { DelimitedOptions } from '../../../contracts/parse-options.ts';
import type { ScanDialect } from './record-scanner.ts';

/** The parse options of a plan or a detection as the scanner takes them. */
export const scanDialectOf = ({ delimiter, quote, escape }: Pick<DelimitedOptions, 'delimiter' | 'quote' | 'escape'>): ScanDialect => ({
  delimiter: delimiter.charCodeAt(0), quote: quote === null ? -1 : quote.charCodeAt(0), escape,
});
