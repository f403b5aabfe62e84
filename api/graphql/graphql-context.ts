import type { Actor } from '../../contracts/actor.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ProgressRelay } from '../progress/progress-relay.ts';

/** What a resolver has. The actor is known before GraphQL is reached. */
export interface GraphqlContext {
  readonly actor: Actor;
  readonly deps: ApiDeps;
  readonly relay: ProgressRelay;
  /** Of the request: its client left. */
  readonly signal: AbortSignal;
}

/** For readers of rows, when the client names no purpose of its own. */
export const defaultPurpose = 'operations';
