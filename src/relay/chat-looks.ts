/**
 * Who has a chat is told by no event when it is accepted or passed on in Open Lines itself: so the chats that are on somebody's
 * screen just now are looked at, all of them within ten seconds, as long as that costs no more than a tenth of the portal's rate.
 * Those that a bot of the portal has are looked at as often, whoever looks on: that it has handed over is told by no event either, and
 * then somebody waits.
 *
 * One round at a time for each portal, over all processes: whoever gets its lock. More chats than a round holds: those that were
 * looked at longest ago go first. The portal away: nothing is known anew, and the age of what is known tells so. A look
 * that was overtaken by an action of ours is dropped. Killed: the pages open their streams elsewhere, and are watched there.
 */
import { randomUUID } from "node:crypto";
import type { Conversation } from "../domain/conversation.ts";
import type { ConversationId, PortalId } from "../domain/ids.ts";
import type { Logger } from "../log/log.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { LineWriter } from "../store/contract/writers.ts";
import type { Store } from "../store/contract.ts";
import type { LineWriters } from "./line-writers.ts";
import type { News } from "./news.ts";

export interface ChatLooks {
  /** It is on somebody's screen, until what this answers is called. */
  watch(conversation: Pick<Conversation, "portal" | "id">): () => void;
  /** One round over everything on screens; what `start` does again and again. */
  look(): Promise<void>;
  start(): void;
  close(): Promise<void>;
}

export interface ChatLooksDeps {
  readonly store: Pick<Store, "conversations"> & { readonly locks: Pick<Store["locks"], "acquire"> };
  readonly portals: Pick<PortalDirectory, "chats">;
  readonly news: Pick<News, "ofConversation">;
  readonly writers: Pick<LineWriters, "whoIs">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

/** A portal takes two requests a second: a tenth of that is two in ten seconds, and a round is two at most. */
const ROUND_MS = 10_000;
const TICK_MS = 2_000;
/** One batch of the portal's. */
const MOST = 50;
/** The portal said no: it would say so again. */
const REFUSED_MS = 10 * 60_000;
const MOST_WITH_BOTS = 200;

interface Watched {
  screens: number;
  /** When it is to be looked at next. */
  due: number;
}

const nameOf = ({ name }: LineWriter) => (name === undefined ? {} : { name });

export function createChatLooks(deps: ChatLooksDeps): ChatLooks {
  const portals = new Map<PortalId, Map<ConversationId, Watched>>();
  let botsDue = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let closed = false;

  async function look(): Promise<void> {
    const rounds = [...portals.keys()].map((portal) => deps.inTurn(portal, () => roundOf(portal)));
    await Promise.all([...rounds, roundOfBots()]);
  }

  /** One batch of each portal's at most; the others are the first of the next round. */
  async function roundOfBots(): Promise<void> {
    if (deps.now().getTime() < botsDue) return;
    botsDue = deps.now().getTime() + ROUND_MS;
    try {
      if (!(await deps.store.locks.acquire("bots' chats", randomUUID(), ROUND_MS - TICK_MS / 2))) return;
      const found = await deps.store.conversations.withLineBots(MOST_WITH_BOTS);
      const looks = [...Map.groupBy(found, ({ portal }) => portal)].flatMap(([portal, held]) =>
        held.slice(0, MOST).map((before) => deps.inTurn(portal, () => lookAt(before))),
      );
      await Promise.all(looks);
    } catch (error) {
      deps.log.warn({ err: error }, "Chats that bots have could not be looked at; tried again in seconds");
    }
  }

  async function roundOf(portal: PortalId): Promise<void> {
    const now = deps.now().getTime();
    const due = [...(portals.get(portal) ?? [])]
      .filter(([, watched]) => watched.due <= now)
      .toSorted(([, one], [, other]) => one.due - other.due)
      .slice(0, MOST);
    if (due.length === 0) return;
    try {
      // Not given back: it is over when the next round may begin.
      if (!(await deps.store.locks.acquire(`chat looks ${portal}`, randomUUID(), ROUND_MS - TICK_MS / 2))) return;
      for (const [, watched] of due) watched.due = now + ROUND_MS;
      const found = await deps.store.conversations.findMany(
        portal,
        due.map(([id]) => id),
      );
      // Asked for in one breath, so that they travel together.
      await Promise.all(found.map((before) => lookAt(before)));
    } catch (error) {
      deps.log.warn({ err: error, portal }, "Chats on screens could not be looked at; tried again in seconds");
    }
  }

  async function lookAt(before: Conversation): Promise<void> {
    const { portal, id, imChatId, open } = before;
    if (imChatId === undefined || !open) return;
    const outcome = await deps.portals.chats(portal).look(imChatId);
    const watched = portals.get(portal)?.get(id);
    if (watched && outcome.kind === "refused") watched.due = deps.now().getTime() + REFUSED_MS;
    if (outcome.kind !== "ok") return;
    const { operator: owner, sessionId } = outcome.value;
    const writer = owner === undefined ? undefined : await deps.writers.whoIs(portal, owner);
    const bot = owner !== undefined && writer?.isPerson === false ? { id: owner, ...nameOf(writer) } : undefined;
    const operator = bot ? undefined : owner;
    const known = await deps.store.conversations.find(portal, id);
    const isOvertaken = known?.stateAt?.getTime() !== before.stateAt?.getTime();
    if (!known || isOvertaken) return;
    const isOther = operator !== known.operator || (sessionId !== undefined && sessionId !== known.sessionId);
    await deps.store.conversations.learn(portal, id, {
      ...(sessionId !== undefined && { sessionId }),
      operator: operator ?? null,
      bot: bot ? { by: "portal", ...bot } : null,
      // A chat that waits in the queue has nobody. Whom we passed it on to may still have to take it.
      ...(isOther && { accepted: operator !== undefined }),
    });
    deps.news.ofConversation(portal, id);
  }

  const plan = () => {
    if (closed) return;
    timer = setTimeout(() => {
      running = look().finally(plan);
    }, TICK_MS);
    timer.unref();
  };

  return {
    watch({ portal, id }) {
      const chats = portals.get(portal) ?? new Map<ConversationId, Watched>();
      portals.set(portal, chats);
      const watched = chats.get(id) ?? { screens: 0, due: 0 };
      chats.set(id, watched);
      watched.screens += 1;
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        watched.screens -= 1;
        if (watched.screens > 0) return;
        chats.delete(id);
        if (chats.size === 0 && portals.get(portal) === chats) portals.delete(portal);
      };
    },
    look,
    start: plan,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
