/** Who acts (design 10.13). Today one local operator; OIDC and API keys will come through the same seam. */
export interface Actor {
  readonly id: string;
  readonly org: string;
  readonly roles: readonly string[];
  readonly clearance: string | null;
  readonly compartments: readonly string[];
}

export const localOperator: Actor = { id: 'local-operator', org: 'default', roles: ['operator'], clearance: null, compartments: [] };
/** What the system does by itself (a worker, the sweeper) is audited under this actor. */
export const systemActor: Actor = { id: 'waybill', org: 'default', roles: ['system'], clearance: null, compartments: [] };
