/** Numbers as people read them; the same on every machine, whatever its locale. */
export const groupDigits = (value: number): string => String(Math.trunc(value)).replace(/\B(?=(\d{3})+$)/g, ',');

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
export const humanBytes = (bytes: number): string => {
  let value = bytes, unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** `0:07`, `12:34`, `1:02:03`. */
export const clockTime = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours === 0 ? `${minutes}:${two(whole % 60)}` : `${hours}:${two(minutes)}:${two(whole % 60)}`;
};

/** `1.24 s` below a minute, else as a clock shows it. */
export const humanSeconds = (seconds: number): string => seconds < 60 ? `${seconds.toFixed(2)} s` : clockTime(seconds);

export const humanPercent = (share: number): string => {
  const percent = share * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : String(Math.floor(percent))} %`;
};

export const plural = (count: number, one: string, many = `${one}s`): string => `${groupDigits(count)} ${count === 1 ? one : many}`;
