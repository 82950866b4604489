import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId } from "../../src/domain/ids.ts";
import type { Viewer } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

/** A conversation with where it is held. */
export interface Place {
  readonly conversation: Conversation;
  readonly account: Account;
  readonly adapter: ChannelAdapter;
}

/** @throws HttpError 404 when there is none, or none that the viewer may read: nobody learns which. */
export async function findPlace(
  deps: Pick<ApiDeps, "store" | "channels">,
  access: ChatAccess,
  viewer: Viewer,
  id: string,
): Promise<Place> {
  return placeOf(deps, await findReadable(deps, access, viewer, id));
}

/** The conversation alone. @throws HttpError as `findPlace` */
export async function findReadable(
  { store }: Pick<ApiDeps, "store">,
  access: ChatAccess,
  viewer: Viewer,
  id: string,
): Promise<Conversation> {
  const found = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
  if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
  return found;
}

/** @throws HttpError 404 when its account is gone, or its channel is not known to this version. */
export async function placeOf(
  { store, channels }: Pick<ApiDeps, "store" | "channels">,
  conversation: Conversation,
): Promise<Place> {
  const account = await store.accounts.find(conversation.portal, conversation.account);
  const adapter = account && channels.get(account.channel);
  if (!account || !adapter) throw unknown("conversation");
  return { conversation, account, adapter };
}
