import type { ConversationAnswer, LineStateAnswer } from "../../../src/api/messages.ts";

export type SessionAction = "accept" | "transfer" | "finish" | "reopen" | "spam";

/** Who has a conversation, as the viewer sees it. */
export type Holding =
  /** Its line has no chat of it yet: nobody accepts or closes it. */
  | { readonly kind: "free" }
  | { readonly kind: "closed" }
  | { readonly kind: "nobody" }
  /** A bot; people may take it over. */
  | { readonly kind: "bots"; readonly name: string | undefined }
  | { readonly kind: "mine" }
  /** The line has given it to the viewer, who has not accepted it yet. */
  | { readonly kind: "offered" }
  | { readonly kind: "theirs"; readonly name: string | undefined; readonly accepted: boolean };

export function holdingOf(
  {
    alone,
    chat,
    open,
    operator,
    accepted,
    bot,
  }: Pick<ConversationAnswer, "alone" | "chat" | "open" | "operator" | "accepted" | "bot">,
  viewer: string,
): Holding {
  if (bot !== null && operator === null) return { kind: "bots", name: bot.name };
  if (chat === null && !alone) return { kind: "free" };
  if (!open) return { kind: "closed" };
  if (operator === null) return { kind: "nobody" };
  if (operator.id === viewer) return { kind: accepted ? "mine" : "offered" };
  return { kind: "theirs", name: operator.name, accepted };
}

/** What the viewer may want to do with it, the likeliest first. The portal has the last word. */
export function sessionActions(holding: Holding): readonly SessionAction[] {
  if (holding.kind === "free") return [];
  if (holding.kind === "closed") return ["reopen"];
  // The account's bot may have it where its line has nothing yet that could be passed on or closed.
  if (holding.kind === "bots") return ["accept"];
  if (holding.kind === "mine") return ["finish", "transfer", "spam"];
  if (holding.kind === "theirs" && holding.accepted) return ["transfer", "finish", "spam"];
  return ["accept", "transfer", "finish", "spam"];
}

/** How a conversation stands by what is newer: as it was listed, or as it was told since. */
export function standingOf(listed: ConversationAnswer, told: LineStateAnswer | undefined): ConversationAnswer {
  if (!told || (told.stateAt ?? "") < (listed.stateAt ?? "")) return listed;
  const { open, operator, accepted, bot, stateAt } = told;
  return { ...listed, open, operator, accepted, bot, stateAt };
}

/** Knowledge older than this is told with its time. */
const OLD_MS = 120_000;

/** Since when nothing is known for certain, where that is long ago. */
export const oldKnowledge = (stateAt: string | null, now: Date): string | undefined =>
  stateAt !== null && now.getTime() - Date.parse(stateAt) > OLD_MS ? stateAt : undefined;
