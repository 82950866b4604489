import type { Draft } from "./draft.ts";
import type { OwnLineKey } from "./texts/en.ts";

export type Part = "queue" | "agent" | "hours" | "texts" | "rating" | "kpi";

/** Why a draft cannot be saved: where, and which sentence says it. */
export interface Problem {
  readonly part: Part;
  readonly at: string;
  readonly says: OwnLineKey;
}

/** What the server would turn down, or what would leave customers with nobody, before it is saved. */
export function problemsOf(draft: Draft): readonly Problem[] {
  const { queue, agent, hours, enabled, unanswered, silence, closing, rating, kpi } = draft;
  const all: (Problem | false)[] = [
    enabled && queue.length === 0 && { part: "queue", at: "queue", says: "wrong.queue" },
    agent.shown === "entry" &&
      agent.entries.some(({ name }) => name.trim() === "") && { part: "agent", at: "entries", says: "wrong.entry" },
    hours !== null && hours.week.length === 0 && { part: "hours", at: "week", says: "wrong.week" },
    hours?.week.some(({ from, to }) => from === "" || to === "" || from === to) === true && {
      part: "hours",
      at: "week",
      says: "wrong.span",
    },
    empty(draft.offHoursReply) && { part: "hours", at: "offHoursReply", says: "wrong.text" },
    empty(draft.greeting) && { part: "texts", at: "greeting", says: "wrong.text" },
    empty(unanswered?.reply) && { part: "texts", at: "unanswered", says: "wrong.text" },
    empty(silence?.reply) && { part: "texts", at: "silence", says: "wrong.text" },
    empty(closing.reply) && { part: "texts", at: "closing", says: "wrong.text" },
    rating !== null && rating.ask.trim() === "" && { part: "rating", at: "ask", says: "wrong.text" },
    empty(rating?.thanks) && { part: "rating", at: "thanks", says: "wrong.text" },
    ...(["first", "further"] as const).flatMap((which): (Problem | false)[] => [
      kpi[which]?.notify.length === 0 && { part: "kpi", at: `${which}.notify`, says: "wrong.notify" },
      empty(kpi[which]?.text) && { part: "kpi", at: `${which}.text`, says: "wrong.text" },
    ]),
  ];
  return all.filter((one) => one !== false);
}

/** Switched on, and nothing stands in it. */
const empty = (text: string | null | undefined): boolean => typeof text === "string" && text.trim() === "";
