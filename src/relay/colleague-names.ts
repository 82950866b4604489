/**
 * What the people of a portal are called. Whoever opened a page of ours told us; the others, who answer in Open Lines alone,
 * are asked for at the portal when somebody is about to read of them, and remembered for an hour by this process.
 *
 * The portal slow or away: whoever reads is held up for half a second at most, and then reads "a colleague"; what comes
 * later is there for the next look. Asked again at most once a minute. Names of other portals are never mixed: they are kept by portal.
 */
import type { PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { Store } from "../store/contract.ts";

/** Names by id, as far as they can be had. */
export type ColleagueNames = (portal: PortalId, userIds: Iterable<string>) => Promise<ReadonlyMap<string, string>>;

export interface ColleagueNamesDeps {
  readonly store: { readonly users: Pick<Store["users"], "names"> };
  readonly portals: Pick<PortalDirectory, "people">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly now: () => Date;
  readonly log: Pick<Logger, "warn">;
}

const KNOWN_MS = 60 * 60_000;
const AGAIN_MS = 60_000;
const PATIENCE_MS = 500;
/** As many as one call takes. */
const AT_ONCE = 50;
/** Kept by a process, all portals together. */
const MOST = 20_000;

interface Answer {
  readonly name: string | undefined;
  readonly until: number;
}

export function createColleagueNames(deps: ColleagueNamesDeps): ColleagueNames {
  const answers = new Map<string, Answer>();
  const asking = new Map<string, Promise<void>>();
  const keyOf = (portal: PortalId, id: string) => JSON.stringify([portal, id]);

  function keep(portal: PortalId, id: string, name: string | undefined): void {
    const key = keyOf(portal, id);
    answers.delete(key);
    answers.set(key, { name, until: deps.now().getTime() + (name === undefined ? AGAIN_MS : KNOWN_MS) });
    const [oldest] = answers.keys();
    if (answers.size > MOST && oldest !== undefined) answers.delete(oldest);
  }

  async function ask(portal: PortalId, ids: readonly string[]): Promise<void> {
    const found = await asked(portal, ids);
    for (const id of ids) keep(portal, id, found.get(id));
  }

  async function asked(portal: PortalId, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      const outcome = await deps.inTurn(portal, () => deps.portals.people(portal).names(ids));
      if (outcome.kind === "ok") return outcome.value;
      deps.log.warn(
        { portal, outcome: outcome.kind },
        "Bitrix24 did not tell the names of colleagues; asked again in a minute",
      );
    } catch (error) {
      deps.log.warn({ err: error, portal }, "Names of colleagues could not be asked for; tried again in a minute");
    }
    return new Map();
  }

  /** One question for each colleague, however many wait for it. */
  function learn(portal: PortalId, ids: readonly string[]): Promise<unknown> {
    const fresh = ids.filter((id) => !asking.has(keyOf(portal, id)));
    if (fresh.length > 0) {
      const question = ask(portal, fresh).finally(() => {
        for (const id of fresh) asking.delete(keyOf(portal, id));
      });
      for (const id of fresh) asking.set(keyOf(portal, id), question);
    }
    return Promise.all(ids.map((id) => asking.get(keyOf(portal, id))));
  }

  return async (portal, userIds) => {
    const ids = [...new Set(userIds)];
    const names = new Map(await deps.store.users.names(portal, ids));
    const now = deps.now().getTime();
    const unknown = ids.filter((id) => !names.has(id));
    const toAsk = unknown.filter((id) => (answers.get(keyOf(portal, id))?.until ?? 0) <= now).slice(0, AT_ONCE);
    if (toAsk.length > 0) await atMost(PATIENCE_MS, learn(portal, toAsk));
    for (const id of unknown) {
      const name = answers.get(keyOf(portal, id))?.name;
      if (name !== undefined) names.set(id, name);
    }
    return names;
  };
}

/** Resolves when the work is done, or when that long has passed; what goes wrong later is nobody's fault any more. */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  work.then(
    () => resolve(),
    () => resolve(),
  );
  await promise;
  clearTimeout(timer);
}
