import type { DecisionAnswer } from "../../src/api/belonging.ts";
import type { Tone } from "./tones.ts";

type CardType = "lead" | "deal" | "contact" | "company";
type StepState = DecisionAnswer["steps"][number]["state"];

/** What became of a decision in one card, for whoever looks at it. */
export interface StepShown {
  readonly key: string;
  readonly what: CardType | "comment" | "activity" | "unanswered" | "title-kept" | "responsible" | "passed-on";
  readonly card: { readonly type: CardType; readonly id: string; readonly title: string } | undefined;
  readonly state: StepState;
  readonly sentence: string | null;
}

const CARDS: readonly CardType[] = ["lead", "deal", "contact", "company"];
const TONES: Readonly<Record<StepState, Tone>> = {
  done: "good",
  "under-way": "quiet",
  uncertain: "warning",
  refused: "bad",
};

export const stepTone = (state: StepState): Tone => TONES[state];

/**
 * Steps in words: `lead`, `deal`, `contact` make a card; `comment:<position>:<type>:<id>` and `activity:<type>:<id>`
 * write into one. Comments of a card are told as one, by the last of them. `missed:<type>:<id>` gives a card the title for
 * unanswered chats, and made nothing where somebody had given it another one. `follow:<nth>:<type>:<id>:<person>` makes
 * whoever has the chat responsible, `follow:<nth>:chat:<person>` passes the chat on; the last of each counts.
 */
export function stepsOf(decision: DecisionAnswer | undefined): readonly StepShown[] {
  const shown = new Map<string, StepShown>();
  for (const { name, made, state, sentence } of decision?.steps ?? []) {
    const parts = name.split(":");
    const [what] = parts;
    const makes = CARDS.find((type) => type === what);
    if (makes) {
      const card = made === null ? undefined : { type: makes, id: made, title: "" };
      shown.set(name, { key: name, what: makes, card, state, sentence });
    } else if (what === "follow") {
      const [, , followed, id = ""] = parts;
      const type = CARDS.find((one) => one === followed);
      const key = type ? `follow:${type}:${id}` : "follow:chat";
      const card = type && { type, id, title: "" };
      shown.delete(key);
      shown.set(key, { key, what: type ? "responsible" : "passed-on", card, state, sentence });
    } else if (what === "comment" || what === "activity" || what === "missed") {
      const [type, id = ""] = parts.slice(-2);
      const on = CARDS.find((one) => one === type);
      if (!on) continue;
      const key = `${what}:${on}:${id}`;
      const renamed = state === "done" && made === null ? "title-kept" : "unanswered";
      const told = what === "missed" ? renamed : what;
      // In their order: the last one stands for all.
      shown.delete(key);
      shown.set(key, { key, what: told, card: { type: on, id, title: "" }, state, sentence });
    }
  }
  return [...shown.values()];
}
