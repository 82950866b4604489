import type { Message } from "../../domain/message.ts";
import type { Decision } from "../../rules/decision.ts";
import type { StoredDecision } from "../../store/contract/rules.ts";
import type { Carried, Case, CrmDeps } from "./context.ts";
import { eventOf } from "./gather-facts.ts";
import { isTracker } from "./letters.ts";

/** Outside a line nobody closes a chat: this long a silence does. A day, as lines do it where nobody set another time. */
export const SILENCE_MS = 24 * 3_600_000;
/** No end is in sight: somebody will close it. */
export const NEVER = new Date(8_640_000_000_000_000);
const LONG_AGO = new Date(0);

/**
 * Whether a message belongs to the session that was decided last. In the line the portal tells; outside it (an account
 * without a line, a conversation that the rules keep out of it) a session lasts until a day of silence, and a request is
 * complete in itself. What the rules let into the line after all begins a session there.
 */
export async function isSameSession(
  deps: CrmDeps,
  of: Case,
  current: StoredDecision,
  rows: readonly [Message, ...Message[]],
  toLine: boolean,
): Promise<boolean> {
  const [head] = rows;
  const { account, adapter, conversation } = of;
  if (current.message === head.id) return true;
  // A thread stays where it is, however long it is silent.
  if (isTracker(account, adapter)) return true;
  const hasLine = account.line !== undefined;
  if (hasLine && conversation.open) return true;
  const wasKeptOut = (current.decision as Decision | undefined)?.transfer.line === false;
  if ((hasLine && (toLine || !wasKeptOut)) || eventOf(adapter, rows) === "request") return false;
  const [before] = await deps.store.messages.journal(conversation.portal, {
    conversation: conversation.id,
    before: head.seq,
    limit: 1,
  });
  return before !== undefined && head.createdAt.getTime() - before.createdAt.getTime() < SILENCE_MS;
}

/** When the session of a decision is over, as far as that can be told now. */
export function sessionEnd(of: Case, { decision, facts }: Pick<Carried, "decision" | "facts">): Date {
  const { account, adapter, conversation } = of;
  if (isTracker(account, adapter)) return NEVER;
  if (isInLine(of, decision)) return conversation.open ? NEVER : LONG_AGO;
  if (facts.event === "request") return LONG_AGO;
  return new Date(conversation.lastMessageAt.getTime() + SILENCE_MS);
}

/** Whether the line tells when the session ends. */
export const isInLine = ({ account, conversation }: Case, { transfer }: Pick<Decision, "transfer">): boolean =>
  account.line !== undefined && (transfer.line || conversation.open);
