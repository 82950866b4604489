/**
 * Waits until the customer of a card has written, or the time is over. The time is counted from when the automation asked,
 * and an answer counts from what the same run of it said last: one that came while nobody worked is found all the same.
 */
import type { Conversation } from "../../domain/conversation.ts";
import type { Message } from "../../domain/message.ts";
import type { RobotCall } from "../../domain/robot.ts";
import { personOfCall, sentBefore } from "./person-of-call.ts";
import { channelOf, waitTime } from "./settings.ts";
import { NO_CARD, NOBODY, notOk, over, type RobotDeps, type Work } from "./work.ts";

interface Progress {
  /** Everything up to this position is no answer. */
  readonly after?: number;
}

/** Somebody may begin to write in a channel that is new to us: looked for so often. */
const LOOK_AGAIN_MS = 2 * 60_000;
const AT_ONCE = 50;
const NEWEST = 20;

export const wait: Work = async (deps, call) => {
  const found = await personOfCall(deps, call);
  if (found.kind !== "ok") return notOk(found);
  if (!found.value) return over("failed", NO_CARD);
  const { accounts } = found.value;
  const channel = channelOf(call.properties);
  const conversations = found.value.conversations.filter(
    ({ account }) => channel === undefined || accounts.get(account)?.channel === channel,
  );
  const until = new Date(call.createdAt.getTime() + waitTime(call.properties));
  const ids = conversations.map(({ id }) => id);
  let { after } = call.progress as Progress;
  after ??= await begunAt(deps, call, conversations);
  for (;;) {
    const page = await deps.store.threads.page(call.portal, { conversations: ids, after, limit: AT_ONCE });
    const answer = page.find(isAnswer);
    if (answer) {
      const of = conversations.find(({ id }) => id === answer.conversation);
      const account = accounts.get(answer.account);
      return over("answered", "", {
        ...{ answered: "Y", text: answer.content.body.text, who: nameOf(of) },
        channel: deps.channels.get(account?.channel ?? "")?.title ?? "",
      });
    }
    after = page.at(-1)?.seq ?? after;
    if (page.length < AT_ONCE) break;
  }
  await deps.store.robots.keep(call.portal, call.id, { after } satisfies Progress);
  const now = deps.now();
  if (now >= until) return over("timeout", ids.length === 0 ? NOBODY : NOT_ANSWERED, { answered: "N" });
  const at = new Date(Math.min(until.getTime(), now.getTime() + LOOK_AGAIN_MS));
  return { kind: "later", at, wait: { conversations: ids, after } };
};

const NOT_ANSWERED = "The customer has not answered in time.";

/** What a machine says is no answer. */
function isAnswer({ direction, kind, origin, content }: Message): boolean {
  const isHuman = content.letter === undefined || content.letter.class === "human";
  return direction === "in" && kind === "message" && origin.by === "channel" && content.notice === undefined && isHuman;
}

async function begunAt(deps: RobotDeps, call: RobotCall, conversations: readonly Conversation[]): Promise<number> {
  const message = await sentBefore(deps, call);
  if (message) return message.seq;
  let newest = 0;
  for (const { id } of conversations) {
    const rows = await deps.store.messages.journal(call.portal, {
      ...{ conversation: id, before: Number.MAX_SAFE_INTEGER, limit: NEWEST },
    });
    for (const { seq, createdAt } of rows) if (createdAt <= call.createdAt && seq > newest) newest = seq;
  }
  return newest;
}

function nameOf(conversation: Conversation | undefined): string {
  if (!conversation) return "";
  const { name, lastName, username, phone, email } = conversation.customer;
  const full = [name, lastName].filter(Boolean).join(" ");
  return full === "" ? (username ?? phone ?? email ?? "") : full;
}
