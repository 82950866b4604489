import { type AccountId, accountId, type PortalId } from "../../src/domain/ids.ts";
import type { PortalDirectory } from "../../src/portal/contract/directory.ts";
import type { Store } from "../../src/store/contract.ts";
import { portalError } from "./answers.ts";

/** Who works in which lines. */
export interface LineCircles {
  /** Accounts of the person's lines, without asking; `undefined`: not known. */
  known(portal: PortalId, userId: string): ReadonlySet<AccountId> | undefined;
  /** @throws HttpError when the portal cannot be asked and nothing is known of before. */
  of(portal: PortalId, userId: string): Promise<ReadonlySet<AccountId>>;
}

interface Circle {
  readonly readAt: number;
  readonly byPerson: ReadonlyMap<string, ReadonlySet<AccountId>>;
}

const FRESH_MS = 60_000;
/** A portal that cannot be asked takes nothing from anybody for so long, and gives nothing. */
const STANDS_MS = 600_000;
const NOBODYS: ReadonlySet<AccountId> = new Set();

/**
 * Queues of the lines that accounts feed, asked for once a minute at most for all people of a portal together. What is older is
 * used while it is asked for anew. A line that the portal does not know any more has nobody.
 */
export function createLineCircles(
  store: Pick<Store, "accounts">,
  portals: Pick<PortalDirectory, "lineSettings">,
  inTurn: <T>(portal: PortalId, work: () => T) => T,
  now: () => Date,
): LineCircles {
  const circles = new Map<PortalId, Circle>();
  const reading = new Map<PortalId, Promise<Circle>>();

  function read(portal: PortalId): Promise<Circle> {
    const under = reading.get(portal);
    if (under !== undefined) return under;
    const begun = inTurn(portal, () => ask(portal)).finally(() => reading.delete(portal));
    reading.set(portal, begun);
    return begun;
  }

  async function ask(portal: PortalId): Promise<Circle> {
    const readAt = now().getTime();
    const byLine = new Map<string, AccountId[]>();
    for (const { id, line } of await store.accounts.list(portal))
      if (line !== undefined) byLine.set(line, [...(byLine.get(line) ?? []), accountId(id)]);
    const byPerson = new Map<string, Set<AccountId>>();
    await Promise.all(
      [...byLine].map(async ([line, accounts]) => {
        const outcome = await portals.lineSettings(portal).operators(line);
        if (outcome.kind === "refused") return;
        if (outcome.kind !== "ok") throw portalError(outcome);
        for (const person of outcome.value)
          byPerson.set(person, new Set([...(byPerson.get(person) ?? []), ...accounts]));
      }),
    );
    const circle = { readAt, byPerson };
    circles.set(portal, circle);
    return circle;
  }

  function standing(portal: PortalId): Circle | undefined {
    const circle = circles.get(portal);
    const age = circle ? now().getTime() - circle.readAt : Number.POSITIVE_INFINITY;
    if (!circle || age > STANDS_MS) return undefined;
    // A failure shows when what is known stands no longer.
    if (age > FRESH_MS) read(portal).catch(() => undefined);
    return circle;
  }

  return {
    known: (portal, userId) => {
      const circle = standing(portal);
      return circle && (circle.byPerson.get(userId) ?? NOBODYS);
    },
    async of(portal, userId) {
      const circle = standing(portal) ?? (await read(portal));
      return circle.byPerson.get(userId) ?? NOBODYS;
    },
  };
}
