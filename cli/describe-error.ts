/** An error for a person: `code: what happened, where; remedy`. Never a stack trace; never a cause's text, which may repeat a value. */
import type { ErrorPlace, WaybillError } from '../contracts/errors.ts';

const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

const valueText = (value: ErrorPlace[string]): string => Array.isArray(value) ? value.join(', ') : String(value);

/** `line 12, column 3`. */
export const describePlace = (place: ErrorPlace): string =>
  Object.entries(place).filter(([, value]) => value !== '').map(([name, value]) => `${words(name)} ${valueText(value)}`).join(', ');

/** What the sentence does not say already. */
const restOfPlace = (message: string, place: ErrorPlace): string =>
  describePlace(Object.fromEntries(Object.entries(place).filter(([, value]) => !message.includes(valueText(value)))));

export const describeFailure = (code: string, message: string, place: ErrorPlace): string => {
  const rest = restOfPlace(message, place);
  const sentence = message.replace(/[.\s]+$/, '');
  const told = [sentence, ...(rest === '' ? [] : [sentence === '' ? rest : `(${rest})`])].filter((part) => part !== '').join(' ');
  return told === '' ? code : `${code}: ${told}`;
};

/** The remedy goes on after a semicolon; an abbreviation at its start stays as it is. */
export const withRemedy = (failure: string, remedy: string): string => `${failure}; ${remedy.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase())}`;

export const describeError = (error: WaybillError): string =>
  withRemedy(describeFailure(error.code, error.message, error.place), error.remedy);

export const errorJson = (error: WaybillError): unknown =>
  ({ error: { code: error.code, message: error.message, place: error.place, remedy: error.remedy } });
