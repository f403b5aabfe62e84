/** Dates and times as OpenDocument stores them, in the forms that other workbooks are read in (sheets/serial-date.ts). */
// Of decimals no more than any clock has, for they are cut at zeros, one by one.
const moment = /^([+-]?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,30}))?(Z?)$/;

/** `2024-01-31`, or with a time, whose decimals end with their last digit. */
export const isoTimeText = (text: string): string => {
  const [, time, decimals = '', zone = ''] = moment.exec(text) ?? [];
  if (time === undefined) return text;
  const rest = decimals.replace(/0+$/, '');
  return `${time}${rest === '' ? '' : `.${rest}`}${zone}`;
};

const period = /^(-?)P(?:(\d{1,9})D)?T?(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:[.,](\d{1,30}))?S)?$/;
const two = (number: number): string => String(number).padStart(2, '0');

/** `PT10H30M00S` as `10:30:00`; hours go on beyond a day. What is no duration of days and less stays as it is. */
export const durationText = (text: string): string => {
  const [all, sign = '', days = '0', hours = '0', minutes = '0', seconds = '0', decimals = ''] = period.exec(text) ?? [];
  if (all === undefined || all.length < 3) return text;
  const total = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  const rest = decimals.replace(/0+$/, '');
  return `${sign}${two(Math.floor(total / 3600))}:${two(Math.floor(total / 60) % 60)}:${two(total % 60)}${rest === '' ? '' : `.${rest}`}`;
};
