/** Numbers of a fixed width into bytes that have room for them (CopyBuffer.ensure); each returns the index after what it wrote. */
const digitZero = 0x30;
const dash = 0x2d;
const colon = 0x3a;

/** 0 to 99. */
export const writeTwoDigits = (bytes: Uint8Array, at: number, value: number): number => {
  const tens = (value / 10) | 0;
  bytes[at] = digitZero + tens;
  bytes[at + 1] = digitZero + value - tens * 10;
  return at + 2;
};

/** 0 to 9999. */
export const writeFourDigits = (bytes: Uint8Array, at: number, value: number): number => {
  const hundreds = (value / 100) | 0;
  return writeTwoDigits(bytes, writeTwoDigits(bytes, at, hundreds), value - hundreds * 100);
};

export interface WrittenDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}
export interface WrittenClock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** `YYYY-MM-DD`: read the same under every DateStyle. */
export const writeDay = (bytes: Uint8Array, start: number, date: WrittenDay): number => {
  let at = writeFourDigits(bytes, start, date.year);
  bytes[at++] = dash;
  at = writeTwoDigits(bytes, at, date.month);
  bytes[at++] = dash;
  return writeTwoDigits(bytes, at, date.day);
};

/** `HH:MM:SS`. */
export const writeClock = (bytes: Uint8Array, start: number, clock: WrittenClock): number => {
  let at = writeTwoDigits(bytes, start, clock.hour);
  bytes[at++] = colon;
  at = writeTwoDigits(bytes, at, clock.minute);
  bytes[at++] = colon;
  return writeTwoDigits(bytes, at, clock.second);
};
