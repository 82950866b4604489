import type { Facts } from "./facts.ts";

/** How a session ended and who spoke in it, as far as that can be told. */
export interface SessionTalk {
  readonly event: Facts["event"];
  /** The line closed it, or nobody wrote for long enough; `open`: neither. */
  readonly end: "closed" | "silence" | "open";
  /** `us`: the customer answered what we had written first. */
  readonly begunBy: "customer" | "us";
  /**
   * Who wrote to the customer in it. `line`: texts of the line itself, a greeting say; `unknown`: somebody, and nobody can
   * tell whether it was a person.
   */
  readonly answers: readonly ("person" | "bot" | "line" | "unknown")[];
}

/**
 * Whether nobody answered: a chat that the customer began, that is over, and in which no person has written. Texts of the
 * line and of bots are no answer. What cannot be told counts as an answer: a wrong "unanswered" accuses somebody.
 */
export function isMissed({ event, end, begunBy, answers }: SessionTalk): boolean {
  const isChat = event === "chat" || event === "missed";
  return (
    isChat && end !== "open" && begunBy === "customer" && !answers.some((by) => by === "person" || by === "unknown")
  );
}
