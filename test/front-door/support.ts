import type { Message } from "../emulators/portal/model.ts";
import type { JournalMessage, World } from "../support/world/world.ts";

/** Posts a webhook past the emulator; the status of the answer. */
export async function postSigned(
  world: World,
  path: string,
  body: Buffer,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const response = await fetch(`${world.web.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: new Uint8Array(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** What stands in the line of a person, by their id at the channel; the whole thread, in order. */
export function shownOf(world: World, person: string, portalId?: string): readonly Message[] {
  const { portal } = world.portal.portal(portalId);
  return [...portal.chats.values()]
    .filter((chat) => chat.externalUserId === person)
    .flatMap((chat) => chat.messageIds)
    .flatMap((id) => portal.messages.get(id) ?? []);
}

export function chatOf(world: World, person: string): number {
  const [first] = shownOf(world, person);
  if (!first) throw new Error("nothing of this person stands in the line");
  return first.chatId;
}

export function journalOf(world: World): Promise<readonly JournalMessage[]> {
  return world.api<JournalMessage[]>("/api/journal?limit=200");
}
