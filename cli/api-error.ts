/** Errors of the API as they arrive (docs/api.md), made into the CLI's own. What does not look like one is the API's silence or a stranger's answer. */
import { WaybillError, errorKinds } from '../contracts/errors.ts';
import type { ErrorCode, ErrorPlace } from '../contracts/errors.ts';

type Members = Readonly<Record<string, unknown>>;
const membersOf = (value: unknown): Members => typeof value === 'object' && value !== null ? value as Members : {};

const isErrorCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(errorKinds, value);

const isPlaceValue = (value: unknown): value is ErrorPlace[string] =>
  ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every((item) => typeof item === 'string'));

const placeOf = (value: unknown): ErrorPlace =>
  Object.fromEntries(Object.entries(membersOf(value)).filter((entry): entry is [string, ErrorPlace[string]] => isPlaceValue(entry[1])));

const messageOf = (value: unknown): string => typeof value === 'string' && value !== '' ? value : 'The API refused the request.';

/** `errors[0]` of a GraphQL answer. A code that this version does not know (a newer API) keeps its text. */
export const errorOfGraphql = (value: unknown): WaybillError => {
  const { message, extensions } = membersOf(value);
  const { code, place } = membersOf(extensions);
  if (isErrorCode(code)) return new WaybillError(code, messageOf(message), placeOf(place));
  return new WaybillError('REQUEST_INVALID', messageOf(message), typeof code === 'string' ? { code } : {});
};

/** The body of an HTTP answer that is not 2xx. */
export const errorOfHttp = (status: number, text: string): WaybillError => {
  let body: unknown = null;
  try { body = JSON.parse(text); } catch { /* not ours */ }
  const { error, errors } = membersOf(body);
  if (Array.isArray(errors) && errors.length > 0) return errorOfGraphql(errors[0]);
  const { code, message, place } = membersOf(error);
  if (isErrorCode(code)) return new WaybillError(code, messageOf(message), placeOf(place));
  if (status === 401) return new WaybillError('UNAUTHENTICATED', 'The API does not know the token.');
  if (status === 502 || status === 503 || status === 504) return new WaybillError('STACK_UNAVAILABLE', 'The API does not answer.', { status });
  return new WaybillError('REQUEST_INVALID', `The address answers with HTTP ${status}; it does not look like Waybill’s API.`, { status });
};
