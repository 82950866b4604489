/**
 * Who of those that write in lines is a bot of the portal: told by the portal, kept, and the one place for everybody who asks. A
 * user is a person or a bot for good; the name of a bot is asked for again after a day.
 *
 * The portal slow or away: whoever has no time goes on without an answer and takes the writer for a person, and so does the
 * next one who asks, until the portal has told. Killed: what was told stands in the database. Twice, or two processes: the
 * same answer is kept twice. Whom the portal does not know is not asked for again for some minutes.
 */
import type { PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { PortalOutcome } from "../portal/contract.ts";
import type { LineWriter } from "../store/contract/writers.ts";
import type { Store } from "../store/contract.ts";

export interface LineWriters {
  /** As far as the portal knows them. */
  whoAre(portal: PortalId, ids: readonly string[]): Promise<PortalOutcome<ReadonlyMap<string, LineWriter>>>;
  /** `undefined`: the portal does not know them, or did not tell within two seconds since it was first asked. */
  whoIs(portal: PortalId, id: string): Promise<LineWriter | undefined>;
}

export interface LineWritersDeps {
  readonly store: Pick<Store, "writers">;
  readonly portals: Pick<PortalDirectory, "people">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

const PATIENCE_MS = 2_000;
const NAME_MS = 24 * 3_600_000;
const UNKNOWN_MS = 10 * 60_000;
/** As many as one call takes. */
const AT_ONCE = 50;
/** Kept by a process, all portals together. */
const MOST = 20_000;

interface Told {
  readonly writer: LineWriter | undefined;
  readonly until: number;
}

type Answer = PortalOutcome<ReadonlyMap<string, LineWriter>>;

export function createLineWriters(deps: LineWritersDeps): LineWriters {
  const told = new Map<string, Told>();
  const asking = new Map<string, { readonly question: Promise<Answer>; readonly since: number }>();
  const keyOf = (portal: PortalId, id: string) => JSON.stringify([portal, id]);

  function remember(portal: PortalId, id: string, writer: LineWriter | undefined, toldAt: Date): void {
    const forMs = writer === undefined ? UNKNOWN_MS : NAME_MS;
    if (told.size >= MOST) told.clear();
    told.set(keyOf(portal, id), { writer, until: toldAt.getTime() + forMs });
  }

  async function ask(portal: PortalId, ids: readonly string[]): Promise<Answer> {
    const outcome = await deps.inTurn(portal, () => deps.portals.people(portal).writersAmong(ids));
    if (outcome.kind !== "ok") return outcome;
    await deps.store.writers.keep(portal, outcome.value);
    for (const id of ids) remember(portal, id, outcome.value.get(id), deps.now());
    return outcome;
  }

  /** One question for each of them, however many wait for it. */
  async function learn(portal: PortalId, ids: readonly string[]): Promise<readonly Answer[]> {
    const fresh = ids.filter((id) => !asking.has(keyOf(portal, id)));
    for (let from = 0; from < fresh.length; from += AT_ONCE) {
      const some = fresh.slice(from, from + AT_ONCE);
      const question = ask(portal, some).finally(() => {
        for (const id of some) asking.delete(keyOf(portal, id));
      });
      for (const id of some) asking.set(keyOf(portal, id), { question, since: deps.now().getTime() });
    }
    return Promise.all(new Set(ids.flatMap((id) => asking.get(keyOf(portal, id))?.question ?? [])));
  }

  async function whoAre(portal: PortalId, wanted: readonly string[]): Promise<Answer> {
    const ids = [...new Set(wanted)];
    const now = deps.now().getTime();
    const isOld = (id: string) => (told.get(keyOf(portal, id))?.until ?? 0) <= now;
    const notHere = ids.filter(isOld);
    const kept = await deps.store.writers.known(portal, notHere);
    for (const [id, writer] of kept) remember(portal, id, writer, isSettled(writer) ? deps.now() : writer.toldAt);
    const toAsk = notHere.filter(isOld);
    const unanswered = (await learn(portal, toAsk)).find(({ kind }) => kind !== "ok");
    const found = new Map<string, LineWriter>();
    for (const id of ids) {
      // A bot whose name is old is still that bot.
      const writer = told.get(keyOf(portal, id))?.writer ?? kept.get(id);
      if (writer) found.set(id, writer);
    }
    if (unanswered && unanswered.kind !== "ok" && toAsk.some((id) => !found.has(id))) return unanswered;
    return { kind: "ok", value: found };
  }

  return {
    whoAre,
    async whoIs(portal, id) {
      const now = deps.now().getTime();
      const asked = asking.get(keyOf(portal, id))?.since ?? now;
      const outcome = await atMost(Math.max(0, asked + PATIENCE_MS - now), whoAre(portal, [id]));
      if (outcome?.kind === "ok") return outcome.value.get(id);
      // Whose name is old is still who they were.
      const known = told.get(keyOf(portal, id))?.writer;
      if (known) return known;
      deps.log.warn(
        { portal, user: id, outcome: outcome?.kind ?? "slow" },
        "Bitrix24 did not tell in time whether somebody who wrote in a line is a bot; taken for a person",
      );
      return undefined;
    },
  };
}

/** A person stays one, whatever their name becomes. */
const isSettled = ({ isPerson }: LineWriter): boolean => isPerson;

async function atMost<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    // What goes wrong later is nobody's fault any more.
    work.catch(() => undefined);
  }
}
