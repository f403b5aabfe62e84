/** One process of the stack, as the supervisor sees it: how to start it, how to know that it answers, how to stop it. */
import type { Identity } from './reachable-by.ts';

export type ServiceName = 'postgres' | 'engine' | 'api' | `worker-${number}`;

export interface Service {
  readonly name: ServiceName;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Another user than ours, or null. */
  readonly identity: Identity | null;
  readonly logFile: string;
  /** Called again and again until it is true. */
  readonly isReady: (pid: number) => Promise<boolean>;
  readonly readyTimeoutMs: number;
  readonly stopSignal: NodeJS.Signals;
  /** After this it is killed. */
  readonly stopTimeoutMs: number;
}
