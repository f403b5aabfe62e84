/** A pid is reused by the kernel; a pid with its start time is not. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

export const processIdentitySchema = z.object({ pid: z.number().int().positive(), startTime: z.string() }).readonly();
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

/** Field 22 of /proc/<pid>/stat (proc(5)), counted after the command's name, which may hold spaces and brackets. */
const startTimeFromProc = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not looked yet.
    return fields[0] === 'Z' ? null : fields[19] ?? null;
  } catch { return null; }
};

const startTimeFromPs = (pid: number): string | null => {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return started === '' ? null : started;
  } catch { return null; }
};

/** null when there is no such process. */
export const startTimeOf = (pid: number): string | null =>
  process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);

export const identityOf = (pid: number): ProcessIdentity => ({ pid, startTime: startTimeOf(pid) ?? '' });

export const isSameProcess = ({ pid, startTime }: ProcessIdentity): boolean => startTimeOf(pid) === startTime;
