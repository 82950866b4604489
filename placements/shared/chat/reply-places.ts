import type { ChannelAnswer } from "../../../src/api/channels.ts";
import type { ConversationAnswer } from "../../../src/api/messages.ts";

/** A conversation as a way to answer. */
export interface ReplyPlace {
  readonly id: string;
  readonly label: string;
  /** Nothing can be sent there. */
  readonly never: boolean;
}

/** Ways to answer somebody, told apart by channel and account, and by name where those are the same. */
export function replyPlaces(
  conversations: readonly ConversationAnswer[],
  channels: readonly ChannelAnswer[],
): readonly ReplyPlace[] {
  const labelOf = ({ channel, accountName }: ConversationAnswer) =>
    [channels.find(({ id }) => id === channel)?.title, accountName].filter(Boolean).join(" · ");
  const labels = conversations.map(labelOf);
  return conversations.map((conversation) => {
    const label = labelOf(conversation);
    const isOnly = labels.filter((other) => other === label).length === 1;
    const capabilities = channels.find(({ id }) => id === conversation.channel)?.capabilities;
    return {
      id: conversation.id,
      label: isOnly ? label : `${label} · ${conversation.customer.name}`,
      never: capabilities?.oneWay !== undefined,
    };
  });
}
