import type { ChannelAnswer } from "../../../src/api/channels.ts";
import type { ThreadRow } from "../thread-rows.ts";

/** What an agent can do with a message. */
export type MessageAction = "reply" | "react" | "copy" | "edit" | "remove";

interface Viewer {
  readonly id: string;
  readonly admin: boolean;
}

type Capabilities = ChannelAnswer["capabilities"];

/** The customer has it, so it can be quoted and changed there. */
const arrived = ({ message }: ThreadRow): boolean =>
  message.direction === "in" || ["sent", "delivered", "read"].includes(message.state);

/**
 * What is offered for a message: only what its channel can do.
 * @param viewer who answers here; nobody where it is only read. Only the author changes a message, and administrators.
 */
export function actionsOf(
  row: ThreadRow,
  capabilities: Capabilities | undefined,
  viewer: Viewer | undefined,
): MessageAction[] {
  const { message } = row;
  if (row.deleted || message.notice !== undefined) return [];
  const copy: MessageAction[] = message.text === "" ? [] : ["copy"];
  if (!viewer || !capabilities || capabilities.oneWay !== undefined || !arrived(row)) return copy;
  const can = (part: string) => capabilities.parts[part]?.out !== "impossible";
  const isAuthor = message.agent?.id === viewer.id || viewer.admin;
  const own = message.direction === "out" && isAuthor && message.template === undefined;
  return [
    ...(capabilities.quote && can("quote") ? (["reply"] as const) : []),
    ...(capabilities.reaction === true && can("reaction") ? (["react"] as const) : []),
    ...copy,
    ...(own && capabilities.edit && can("edit") && message.text !== "" ? (["edit"] as const) : []),
    ...(own && capabilities.remove && can("delete") ? (["remove"] as const) : []),
  ];
}
