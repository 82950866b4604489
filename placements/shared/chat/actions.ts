import type { ChannelAnswer } from "../../../src/api/channels.ts";
import type { ThreadRow } from "../thread-rows.ts";

/** What an agent can do with a message. */
export type MessageAction = "reply" | "react" | "copy";

type Capabilities = ChannelAnswer["capabilities"];

/** The customer has it, so it can be quoted there. */
const arrived = ({ message }: ThreadRow): boolean =>
  message.direction === "in" || ["sent", "delivered", "read"].includes(message.state);

/**
 * What is offered for a message: only what its channel can do.
 * @param mayWrite whether the viewer answers here at all
 */
export function actionsOf(row: ThreadRow, capabilities: Capabilities | undefined, mayWrite: boolean): MessageAction[] {
  const { message } = row;
  if (row.deleted || message.notice !== undefined) return [];
  const copy: MessageAction[] = message.text === "" ? [] : ["copy"];
  if (!mayWrite || !capabilities || capabilities.oneWay !== undefined || !arrived(row)) return copy;
  const can = (part: string) => capabilities.parts[part]?.out !== "impossible";
  return [
    ...(capabilities.quote && can("quote") ? (["reply"] as const) : []),
    ...(capabilities.reaction && can("reaction") ? (["react"] as const) : []),
    ...copy,
  ];
}
