/** How a file is to be read, whatever its format. Nothing here reads the file: samples come in, guesses with their reasons go out. */
import { WaybillError } from '../../contracts/errors.ts';
import type { Compression, Detection } from '../../contracts/parse-options.ts';
import { detectFormat } from '../formats/formats.ts';
import { readSourceText, type DetectionInput } from './source-text.ts';

/**
 * Throws FILE_EMPTY, FILE_BINARY, FILE_UNDECODABLE, FILE_UNCLOSED_QUOTE (in the header), FILE_JSON_INVALID, FILE_RECORDS_UNKNOWN,
 * FILE_NO_RECORDS, OPTION_INVALID, and FILE_ROW_TOO_LONG when the header, or the way to the first records, does not end inside the
 * first sample: ask again with a longer one while the file has more.
 */
export const detectSource = (input: DetectionInput): Detection => {
  const detection = detectFormat(readSourceText(input));
  if (detection === null) throw new WaybillError('OPTION_INVALID', 'The content is not of the format that was named.', { option: 'format' });
  if (input.overrides.explode !== undefined && !('paths' in detection.options))
    throw new WaybillError('OPTION_INVALID', 'The format has no arrays whose elements could be rows.', { option: 'explode' });
  return detection;
};

/** The detection of what a compressed file holds, as one of the file: it is read from its spool. */
export const markCompressed = <Found extends Detection>(detection: Found, { compression, why }: { readonly compression: Compression; readonly why: string }): Found => ({
  ...detection,
  options: { ...detection.options, compression },
  guesses: { ...detection.guesses, compression: { value: compression, confidence: 1, why } },
  needsSpool: true,
});
