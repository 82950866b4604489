/**
 * Sends what agents wrote for later, when its time has come.
 *
 * - Several workers: each message is one's for a minute.
 * - Killed before the message was accepted: taken again after that minute. After it, before it was crossed off: accepted
 *   again under the same client id, which is nothing new, and crossed off then.
 * - Taken back meanwhile: it is gone from the list before anybody takes it, or it is being sent and stays.
 * - What cannot be sent any more (the account is off, the window has closed, a file is gone, they unsubscribed) stays in the list with the
 *   reason, for its author.
 * - The database away: the next look comes.
 */
import type { ChannelAdapter } from "../channels/contract.ts";
import type { ConversationId, PortalId } from "../domain/ids.ts";
import type { PlannedMessage } from "../domain/planned-message.ts";
import type { Logger } from "../log/log.ts";
import type { Store } from "../store/contract.ts";
import type { ReplyAcceptor } from "./accept-reply.ts";
import { writeRefusal } from "./capability-check.ts";
import { leftRefusal } from "./mail/unsubscribing.ts";
import type { News } from "./news.ts";
import { createRounds } from "./rounds.ts";

export interface PlannerDeps {
  readonly store: Pick<Store, "accounts" | "conversations" | "planned" | "unsubscriptions">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly replies: Pick<ReplyAcceptor, "write" | "written">;
  readonly news: Pick<News, "ofConversation">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

export interface Planner {
  start(): void;
  /** One look; what `start` does again and again. Answers how many were taken. */
  run(): Promise<number>;
  close(): Promise<void>;
}

const EVERY_MS = 5_000;
const AT_ONCE = 50;
const GONE = "The mailbox or the account that this was to be sent through is no longer connected.";
const NO_FILE = "A file of this message is no longer here. Write it again.";

export function createPlanner(deps: PlannerDeps): Planner {
  const { planned } = deps.store;

  async function run(): Promise<number> {
    const taken = await planned.take(deps.now(), AT_ONCE);
    for (const one of taken) {
      try {
        await deps.inTurn(one.portal, () => send(one));
      } catch (error) {
        deps.log.warn(
          { err: error, planned: one.id },
          "A planned message could not be sent yet; tried again in a minute",
        );
      }
    }
    return taken.length;
  }

  async function send(one: PlannedMessage): Promise<void> {
    const { portal, id, conversation, content, clientId, authorId } = one;
    const goesOn = (await deps.store.conversations.find(portal, conversation))?.movedTo ?? conversation;
    const isSent = (await deps.replies.written({ portal, clientId, authorId })) !== undefined;
    const trouble = isSent ? undefined : await refusalOf(one, goesOn);
    if (trouble === undefined) {
      const message = { portal, conversation: goesOn, content, clientId, authorId, at: deps.now() };
      const accepted = await deps.replies.write(message);
      await planned.end(portal, id, accepted.kind === "unknown" ? NO_FILE : undefined);
    } else {
      await planned.end(portal, id, trouble);
    }
    deps.news.ofConversation(portal, conversation);
  }

  async function refusalOf({ portal, content }: PlannedMessage, id: ConversationId): Promise<string | undefined> {
    const conversation = await deps.store.conversations.find(portal, id);
    const account = conversation && (await deps.store.accounts.find(portal, conversation.account));
    const adapter = account && deps.channels.get(account.channel);
    if (!conversation || !account || !adapter) return GONE;
    const refused = writeRefusal(adapter, content, { account, conversation, now: deps.now() });
    return refused ?? (await leftRefusal(deps.store, portal, content));
  }

  const rounds = createRounds(EVERY_MS, run, (error) =>
    deps.log.warn({ err: error }, "Planned messages could not be looked for"),
  );

  return {
    start: rounds.start,
    run,
    close: rounds.close,
  };
}
