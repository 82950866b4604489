/**
 * Fires triggers: for each lead and deal that the conversation belongs to, once.
 *
 * - Several workers: each firing is one's for a minute at a time.
 * - The attempt for a card is on record before the request leaves. Killed in between, or the answer lost: it may have fired,
 *   is called uncertain and not fired again, because a trigger that fires twice may move a card twice.
 * - The portal away, or its limits used up: certainly not fired, and tried again for a day.
 * - The conversation's card is not made yet: looked again for some minutes.
 * - A trigger or its registration that is gone meanwhile: the portal refuses, and that is said.
 */
import type { PortalId, TriggerId } from "../../domain/ids.ts";
import type { FiredCard, Firing } from "../../domain/trigger.ts";
import type { Logger } from "../../log/log.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { PortalOutcome } from "../../portal/contract.ts";
import { decisionSchema } from "../../rules/decision.ts";
import { type Store, StoreUnavailable } from "../../store/contract.ts";
import { createRounds } from "../rounds.ts";

export interface FiringDeps {
  readonly store: Pick<Store, "conversations" | "decisions" | "people" | "triggers">;
  readonly portals: Pick<PortalDirectory, "automation" | "lines">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "warn" | "error">;
  readonly now: () => Date;
}

export interface TriggerFirer {
  start(): void;
  /** Takes what is due and fires it; what `start` does again and again. Answers how many firings were taken. */
  run(): Promise<number>;
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
const AT_ONCE = 50;
const AGAIN_MS = 15_000;
const NO_CARD_MS = 5 * 60_000;
const GIVE_UP_MS = 86_400_000;
const LOST = "The connection broke while it was fired. It is not fired again, because that could move the card twice.";
const NO_CARD = "The conversation belongs to no lead or deal.";
const BROKE = "Something broke on the side of Threadline. It was logged.";

/** By which the portal knows a trigger of ours. */
export const triggerCode = (trigger: TriggerId): string => `threadline-${trigger}`;

export function createTriggerFirer(deps: FiringDeps): TriggerFirer {
  const { triggers } = deps.store;
  const busy = new Map<string, Promise<void>>();

  async function look(): Promise<number> {
    const room = AT_ONCE - busy.size;
    if (room <= 0) return 0;
    const taken = (await triggers.take(deps.now(), room)).filter(({ id }) => !busy.has(id));
    for (const firing of taken) {
      const working = deps
        .inTurn(firing.portal, () => fire(firing))
        .catch((error: unknown) => deps.log.warn({ err: error, firing: firing.id }, "A trigger is fired later"))
        .finally(() => busy.delete(firing.id));
      busy.set(firing.id, working);
    }
    return taken.length;
  }

  async function fire(firing: Firing): Promise<void> {
    const { portal, id } = firing;
    try {
      const cards = await cardsFor(firing);
      if (!Array.isArray(cards)) return await putDown(firing, cards.why);
      if (cards.length === 0) {
        if (isOld(firing, NO_CARD_MS)) return await triggers.end(portal, id, "nowhere", deps.now(), NO_CARD);
        return await triggers.postpone(portal, id, later(AGAIN_MS), NO_CARD);
      }
      let all: readonly FiredCard[] = cards;
      await triggers.keepCards(portal, id, all);
      for (const [at, card] of cards.entries()) {
        if (card.state !== "due") continue;
        const put = (now: FiredCard) => {
          all = all.map((one, n) => (n === at ? now : one));
          return triggers.keepCards(portal, id, all);
        };
        const outcome = await deps.portals.automation(portal).fire(triggerCode(firing.trigger), card, async () => {
          await put({ ...card, state: "leaving" });
          return true;
        });
        const after = stateAfter(card, outcome);
        await put(after);
        if (after.state === "due") return await putDown(firing, after.why ?? "");
      }
      await triggers.end(portal, id, "done", deps.now(), all.find(({ why }) => why !== undefined)?.why);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      deps.log.error({ err: error, firing: id }, "A trigger could not be fired");
      await putDown(firing, BROKE);
    }
  }

  async function putDown(firing: Firing, why: string): Promise<void> {
    if (isOld(firing, GIVE_UP_MS)) await triggers.end(firing.portal, firing.id, "given-up", deps.now(), why);
    else await triggers.postpone(firing.portal, firing.id, later(AGAIN_MS), why);
  }

  /** Those that were found before, or are found now; one that was leaving when its worker died may have fired. */
  async function cardsFor(firing: Firing): Promise<FiredCard[] | { readonly why: string }> {
    if (firing.cards.length > 0)
      return firing.cards.map((card) => (card.state === "leaving" ? { ...card, state: "uncertain", why: LOST } : card));
    const { portal, conversation: id } = firing;
    const conversation = await deps.store.conversations.find(portal, id);
    const [decision] = await deps.store.decisions.ofConversation(portal, conversation?.movedTo ?? id, 1);
    const found = new Map<string, FiredCard>();
    const add = (type: string, card: string | undefined) => {
      if ((type === "lead" || type === "deal") && card !== undefined && card !== "0")
        found.set(`${type} ${card}`, { type, id: card, state: "due" });
    };
    for (const { name, end } of decision?.steps ?? []) if (end?.kind === "done") add(name, end.id);
    for (const target of decisionSchema.safeParse(decision?.decision).data?.targets ?? []) add(target.type, target.id);
    // What the portal has linked by its own lights (a name is enough for it) counts where we decided nothing.
    const chat = found.size === 0 ? conversation?.imChatId : undefined;
    if (chat !== undefined) {
      const link = await deps.portals.lines(portal).chatLink(chat);
      if (link.kind === "ok") for (const [type, card] of Object.entries(link.value)) add(type, card);
      else if (link.kind !== "refused") return { why: link.kind === "withdrawn" ? "" : link.sentence };
    }
    return [...found.values()];
  }

  const later = (milliseconds: number): Date => new Date(deps.now().getTime() + milliseconds);
  const isOld = ({ createdAt }: Firing, milliseconds: number): boolean =>
    deps.now().getTime() - createdAt.getTime() > milliseconds;

  const rounds = createRounds(EVERY_MS, look, (error) =>
    deps.log.warn({ err: error }, "Triggers could not be looked for"),
  );

  return {
    start: rounds.start,
    async run() {
      const taken = await look();
      await Promise.all(busy.values());
      return taken;
    },
    async close() {
      await rounds.close();
      await Promise.all(busy.values());
    },
  };
}

function stateAfter(card: FiredCard, outcome: PortalOutcome<void>): FiredCard {
  const bare = { type: card.type, id: card.id };
  switch (outcome.kind) {
    case "ok":
      return { ...bare, state: "fired" };
    case "refused":
      return { ...bare, state: "refused", why: outcome.sentence };
    case "uncertain":
      return { ...bare, state: "uncertain", why: LOST };
    case "withdrawn":
      return { ...bare, state: "due" };
    default:
      return { ...bare, state: "due", why: outcome.sentence };
  }
}
