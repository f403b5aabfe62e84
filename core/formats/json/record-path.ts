import { WaybillError } from '../../../contracts/errors.ts';

/** `data.items`, or a JSON Pointer (RFC 6901) for keys with dots; `.`, `$` and nothing are the root. */
export const parseRecordPath = (text: string): readonly string[] => {
  if (text === '' || text === '.' || text === '$') return [];
  if (text.startsWith('/')) return text.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const keys = (text.startsWith('$.') ? text.slice(2) : text).split('.');
  if (keys.includes('')) throw new WaybillError('OPTION_INVALID', 'The record path has an empty key; write keys with dots as a JSON Pointer.', { option: 'recordPath' });
  return keys;
};

export const writeRecordPath = (path: readonly string[]): string => {
  if (path.length === 0) return '.';
  if (path.every((key) => key !== '' && !/[./$]/.test(key))) return path.join('.');
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
};
