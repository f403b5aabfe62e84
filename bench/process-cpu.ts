/** Seconds of a core that processes used, with their children: of a thing on a machine on which others work, truer than its seconds. */
import { readFileSync, readdirSync } from 'node:fs';

/** proc(5): times are in clock ticks, of which Linux tells every program a hundred a second. */
const ticksASecond = 100;

interface ProcessTimes { readonly parent: number; readonly ticks: number }

/** User and system, and those of children that ended; null when it ended itself. */
const timesOf = (pid: number | string): ProcessTimes | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return { parent: fields[1] ?? 0, ticks: fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) };
  } catch {
    return null;
  }
};

/** Of the process and its living children. */
export const coreSeconds = (pid: number): number => {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(timesOf).filter((times) => times?.parent === pid);
  return [timesOf(pid), ...children].reduce((sum, times) => sum + (times?.ticks ?? 0), 0) / ticksASecond;
};
