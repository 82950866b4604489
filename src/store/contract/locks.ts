/** Short named locks with an end, for work that one process at a time may do (token refresh, polling an account). */
export interface LockRepository {
  acquire(name: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Prolongs; `false` when it was lost. */
  renew(name: string, owner: string, ttlMs: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
  /** On a store that only one process can open: whoever held locks before is dead. */
  releaseAll(): Promise<void>;
}

/** Values that count once (OAuth state). */
export interface NonceRepository {
  issue(kind: string, value: string, payload: Readonly<Record<string, unknown>>, ttlMs: number): Promise<void>;
  /** The payload the first time within its life, `undefined` ever after. */
  claim(kind: string, value: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}
