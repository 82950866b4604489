import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import { groupConnector } from "../domain/connector-ids.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { LineAddress, OpenLines } from "../portal/contract.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { RelayDeps } from "./ports.ts";

/** Where a customer's messages go, once everything that must be switched on is. */
export interface InboundRoute {
  readonly account: Account;
  readonly adapter: ChannelAdapter;
  readonly conversation: Conversation;
  readonly at: LineAddress;
  readonly lines: OpenLines;
  /** Replies may have been lost before this time. */
  readonly gapAt: Date | undefined;
}

/** `undefined` while something is switched off or not connected: whoever changes that wakes the lane. */
export function inboundRoute(deps: RelayDeps, lane: LaneContents): InboundRoute | undefined {
  const { account, conversation, portal } = lane;
  // Moved since the run began: the lane is due again, and hands over then.
  if (conversation.movedTo !== undefined) return undefined;
  if (!portal.active || !portal.authorised) return undefined;
  if (!account.enabled) return undefined;
  const adapter = deps.channels.get(account.channel);
  if (!adapter) return undefined;
  const at = lineAddress(account, adapter, conversation);
  if (!at) return undefined;
  return { account, adapter, conversation, at, lines: deps.portals.lines(conversation.portal), gapAt: portal.gapAt };
}

/** Where a conversation stands in the portal; groups have a connector of their own. `undefined`: no line yet, or any more. */
export function lineAddress(
  account: Account,
  adapter: ChannelAdapter,
  conversation: Conversation,
): LineAddress | undefined {
  const { line, connector } = account;
  if (line === undefined || connector === undefined) return undefined;
  const inGroup = conversation.group === true && adapter.capabilities.groups;
  return { connector: inGroup ? groupConnector(connector) : connector, line, chatId: conversation.id };
}
