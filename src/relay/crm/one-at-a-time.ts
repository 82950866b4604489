import { randomUUID } from "node:crypto";
import type { PersonId } from "../../domain/ids.ts";
import type { LockRepository } from "../../store/contract/locks.ts";
import { CrmUnavailable } from "./context.ts";

/** Longer than a portal takes for what is done under it; a dead owner's lock is free after it. */
const LOCK_MS = 60_000;
const ASK_AGAIN_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Nothing stops two searches that find nothing from making a card each: what decides and makes for a person runs once at a
 * time, over all their conversations and all processes. Whoever comes second finds what the first one made.
 *
 * The owner dies: the lock runs out. It outlives its time because the portal is slow: the steps' own records still keep
 * one decision from being carried out twice, and the other conversation's may make a card that an agent has to join.
 */
export async function oneAtATime<T>(
  locks: Pick<LockRepository, "acquire" | "release">,
  person: PersonId,
  work: () => Promise<T>,
): Promise<T> {
  const name = `person ${person}`;
  const owner = randomUUID();
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (!(await locks.acquire(name, owner, LOCK_MS))) {
    if (performance.now() > giveUpAt) throw new CrmUnavailable("Another conversation of this person is at it.", 1_000);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  try {
    return await work();
  } finally {
    await locks.release(name, owner);
  }
}
