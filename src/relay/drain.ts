import type { Conversation } from "../domain/conversation.ts";
import { parseLane } from "../domain/ids.ts";
import { drainInbound } from "./drain-inbound.ts";
import { drainOutbound } from "./drain-outbound.ts";
import { type Drained, IDLE, type RelayDeps, type Turn } from "./ports.ts";

/** One run over one lane, whose lease the turn's owner holds. The dispatcher calls this for every wake-up. */
export async function drain(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const parsed = parseLane(turn.lane);
  if (!parsed) {
    deps.log.error({ lane: turn.lane }, "a wake-up for something that is no lane");
    return IDLE;
  }
  if (turn.contents.conversation.movedTo !== undefined) return handOver(deps, turn);
  const telling = whileTelling(deps, turn.contents.conversation);
  return parsed.direction === "in" ? drainInbound(telling, turn) : drainOutbound(telling, turn);
}

/** Whatever a run writes down about its conversation is news to whoever looks at it. */
function whileTelling(deps: RelayDeps, { portal, id }: Pick<Conversation, "portal" | "id">): RelayDeps {
  const told = async <Value>(written: Promise<Value>): Promise<Value> => {
    const value = await written;
    deps.news.ofConversation(portal, id);
    return value;
  };
  const { messages, conversations } = deps.store;
  return {
    ...deps,
    store: {
      ...deps.store,
      messages: {
        ...messages,
        beginAttempt: (...call) => told(messages.beginAttempt(...call)),
        endMirror: (...call) => told(messages.endMirror(...call)),
        finish: (results) => told(messages.finish(results)),
        setAttachments: (...call) => told(messages.setAttachments(...call)),
      },
      conversations: { ...conversations, learn: (...call) => told(conversations.learn(...call)) },
    },
  };
}

/**
 * The vendor goes on with this chat under another id, and so does the conversation: what still came here goes there, where
 * it is worked on in its order. A crash before the commit leaves it here, due again by the lease that ends.
 */
async function handOver(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const lane = await deps.store.lanes.handOver(turn.lane, turn.owner);
  if (lane !== undefined) deps.dispatcher.wake(lane);
  return IDLE;
}
