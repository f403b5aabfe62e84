/** The options that overrule detection; `import` and `inspect` share them. */
import type { ParseOverrides } from './generated/operations.ts';
import type { QuoteOption } from './parse-options.ts';

export interface ParseOverrideOptions {
  readonly format?: string;
  readonly recordPath?: string;
  readonly entry?: string;
  readonly explode?: string;
  readonly widths?: readonly number[];
  readonly sheet?: string;
  readonly headerRows?: number;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly quote?: QuoteOption;
  readonly escape?: string;
  readonly header?: boolean;
  readonly preamble?: number;
}

export const parseOverridesOf = ({ format, recordPath, entry, explode, widths, sheet, headerRows, encoding, delimiter, quote, escape, header, preamble }: ParseOverrideOptions): ParseOverrides => ({
  ...(format === undefined ? {} : { format }),
  ...(recordPath === undefined ? {} : { recordPath }),
  ...(explode === undefined ? {} : { explode }),
  ...(widths === undefined ? {} : { widths }),
  ...(entry === undefined ? {} : { entry }),
  ...(sheet === undefined ? {} : { sheet }),
  ...(headerRows === undefined ? {} : { headerRows }),
  ...(encoding === undefined ? {} : { encoding }),
  ...(delimiter === undefined ? {} : { delimiter }),
  ...(quote === undefined ? {} : { quote: quote.quote }),
  ...(escape === undefined ? {} : { escape }),
  ...(header === undefined ? {} : { header }),
  ...(preamble === undefined ? {} : { preambleLines: preamble }),
});
