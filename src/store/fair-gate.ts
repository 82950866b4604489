import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Whose work the database does next. Without it statements are served first come, first served, and a portal with five
 * hundred busy conversations makes every other one wait behind all of them; with it whoever used the database least in
 * the last seconds comes first, so that a quiet portal waits for the statement under way and not for another's flood.
 */
export interface FairGate {
  /** Resolves with how to leave when it is this caller's turn. */
  enter(): Promise<() => void>;
}

const tenants = new AsyncLocalStorage<string>();
/** Statements follow each other for so long before everything else gets a look in. */
const CHAIN_MS = 8;
/** What a tenant used counts half after so long. */
const HALF_LIFE_MS = 2_000;
/** Tenants that used less than this long ago are forgotten. */
const NEGLIGIBLE_MS = 0.01;
/**
 * Work that belongs to no portal in particular goes first: accepting, above all. It is one statement at a time for
 * everybody together, somebody waits for its answer, and what is accepted in time is delivered in larger packs.
 */
const NOBODY = "";

/** Statements made inside count as that portal's. */
export const asTenant = <T>(portal: string, work: () => T): T => tenants.run(portal, work);

/** Whose statements are made here; `undefined`: nobody's in particular. */
export const currentTenant = (): string | undefined => tenants.getStore();

interface Tenant {
  readonly name: string;
  readonly waiting: (() => void)[];
  running: number;
  /** Milliseconds, as they counted at `at`. */
  used: number;
  at: number;
}

/**
 * @param permits statements at once: the connections there are. One tenant alone gets all but one of them; while there are
 *   others (seen within the last seconds), a fifth.
 * @param now milliseconds of a clock that never goes back
 */
export function createFairGate(permits: number, now: () => number = () => performance.now()): FairGate {
  const known = new Map<string, Tenant>();
  let free = permits;
  let breathedAt = now();

  function tenantOf(name: string): Tenant {
    const found = known.get(name);
    if (found) return found;
    const tenant = { name, waiting: [], running: 0, used: 0, at: now() };
    known.set(name, tenant);
    return tenant;
  }

  /** Where several share, more at once would bring one little and make everybody's statements share the processors with it. */
  function share(tenant: Tenant): number {
    const others = known.size - 1 - (tenant.name !== NOBODY && known.has(NOBODY) ? 1 : 0);
    return Math.max(1, others > 0 ? Math.ceil(permits / 5) : permits - 1);
  }

  const usedBy = (tenant: Tenant) =>
    tenant.name === NOBODY ? 0 : tenant.used * 0.5 ** ((now() - tenant.at) / HALF_LIFE_MS);

  function charge(tenant: Tenant, milliseconds: number): void {
    tenant.used = usedBy(tenant) + milliseconds;
    tenant.at = now();
  }

  function start(tenant: Tenant): () => void {
    free -= 1;
    tenant.running += 1;
    const begun = now();
    return () => {
      free += 1;
      tenant.running -= 1;
      charge(tenant, now() - begun);
      admit();
    };
  }

  /** The waiting tenant that used least; of several the one that is known longest. */
  function next(): Tenant | undefined {
    let least: Tenant | undefined;
    for (const tenant of known.values()) {
      if (tenant.waiting.length === 0) {
        if (tenant.running === 0 && usedBy(tenant) < NEGLIGIBLE_MS) known.delete(tenant.name);
        continue;
      }
      if (tenant.running < share(tenant) && (!least || usedBy(tenant) < usedBy(least))) least = tenant;
    }
    return least;
  }

  function admit(): void {
    while (free > 0) {
      const tenant = next();
      const resolve = tenant?.waiting.shift();
      if (!resolve) return;
      resolve();
    }
  }

  return {
    enter() {
      const tenant = tenantOf(currentTenant() ?? NOBODY);
      if (free > 0 && tenant.running < share(tenant) && tenant.waiting.length === 0)
        return Promise.resolve(start(tenant));
      return new Promise((resolve) => {
        tenant.waiting.push(() => {
          const leave = start(tenant);
          // The built-in database works on the event loop: a chain of statements would keep sockets and timers waiting.
          if (now() - breathedAt < CHAIN_MS) resolve(leave);
          else
            setImmediate(() => {
              breathedAt = now();
              resolve(leave);
            });
        });
      });
    },
  };
}
