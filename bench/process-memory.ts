/** Peak resident memory of processes. The kernel keeps the peak itself (VmHWM in /proc), so no moment is missed; sampling is for processes that end. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

export interface ProcessPeak {
  readonly pid: number;
  readonly name: string;
  readonly bytes: number;
}

export interface MemoryWatch {
  /** Ends the sampling; the peak of every process that was seen, the largest first. */
  readonly stop: () => readonly ProcessPeak[];
}

/** null where there is no /proc, or the process has ended. */
export const peakResidentBytes = (pid: number): number | null => {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? null : Number(found[1]) * 1024;
  } catch {
    return null;
  }
};

/** The peak counts from here on (clear_refs 5, proc(5)); false when the system does not let us. */
export const resetPeak = (pid: number): boolean => {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
};

/** Pids by a look at each command line, e.g. that of one stack's processes. */
export const findProcesses = (matches: (commandLine: string) => boolean): readonly number[] => {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => matches(commandLineOf(pid)));
  } catch {
    return [];
  }
};

const commandLineOf = (pid: number): string => {
  try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(); } catch { return ''; }
};

export const watchPeakMemory = (processes: () => readonly { readonly pid: number; readonly name: string }[], intervalMs = 200): MemoryWatch => {
  const peaks = new Map<number, ProcessPeak>();
  for (const { pid } of processes()) resetPeak(pid);
  const sample = (): void => {
    for (const { pid, name } of processes()) {
      const bytes = peakResidentBytes(pid);
      if (bytes !== null) peaks.set(pid, { pid, name, bytes: Math.max(bytes, peaks.get(pid)?.bytes ?? 0) });
    }
  };
  sample();
  const timer = setInterval(sample, intervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return [...peaks.values()].sort((left, right) => right.bytes - left.bytes);
    },
  };
};
