import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Whose work the database does next. Without it statements are served first come, first served, and a portal with five
 * hundred busy conversations makes every other one wait behind all of them; with it the portals take turns, so that
 * another's flood costs a statement about one turn.
 */
export interface FairGate {
  /** Resolves when it is this caller's turn; `leave` must follow. */
  enter(): Promise<void>;
  leave(): void;
}

const tenants = new AsyncLocalStorage<string>();
/** Statements follow each other for so long before everything else gets a look in. */
const CHAIN_MS = 5;
/** Work that belongs to no portal in particular (accepting, sweeping) shares one turn. */
const NOBODY = "";

/** Statements made inside take that portal's turns. */
export const asTenant = <T>(portal: string, work: () => Promise<T>): Promise<T> => tenants.run(portal, work);

/** @param permits statements at once: the connections there are */
export function createFairGate(permits: number): FairGate {
  const waiting = new Map<string, (() => void)[]>();
  let free = permits;
  let breathedAt = performance.now();

  return {
    enter() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      const tenant = tenants.getStore() ?? NOBODY;
      return new Promise((resolve) => {
        const line = waiting.get(tenant);
        if (line) line.push(resolve);
        else waiting.set(tenant, [resolve]);
      });
    },
    leave() {
      const [next] = waiting;
      if (!next) {
        free += 1;
        return;
      }
      const [tenant, line] = next;
      const resolve = line.shift();
      // To the end of the round, or out of it.
      waiting.delete(tenant);
      if (line.length > 0) waiting.set(tenant, line);
      if (!resolve) return;
      // The built-in database works on the event loop: a chain of statements would keep sockets and timers waiting.
      if (performance.now() - breathedAt < CHAIN_MS) resolve();
      else
        setImmediate(() => {
          breathedAt = performance.now();
          resolve();
        });
    },
  };
}
