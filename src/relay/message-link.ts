import type { Message } from "../domain/message.ts";
import type { Portal } from "../domain/portal.ts";

/** The key of `params` that carries the message's id; our page finds it among its PLACEMENT_OPTIONS. */
const LINKED_MESSAGE = "message";

/**
 * Where a person of that portal sees a message of ours: our page over whatever they look at, with the conversation open
 * at the message. The address is the portal's form for such links, `/marketplace/view/<code of the application>/?params[…]`
 * (https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html); its brackets are encoded, because they
 * would end a BBCode tag. The host is the one that the authorization server named, never one from a request.
 *
 * `undefined` while the portal has not told us our code: it does when the application is set up or repaired.
 */
export function messageLink(
  portal: Pick<Portal, "clientEndpoint" | "installation">,
  message: Message,
): string | undefined {
  return pageLink(portal, LINKED_MESSAGE, message.target ?? message.id);
}

/** Our page in the portal, with a value that it finds among its PLACEMENT_OPTIONS. What a link carries is a number and no key. */
export function pageLink(
  portal: Pick<Portal, "clientEndpoint" | "installation">,
  name: string,
  value: string,
): string | undefined {
  const { application } = portal.installation;
  if (application === undefined) return undefined;
  const { origin } = new URL(portal.clientEndpoint);
  return `${origin}/marketplace/view/${encodeURIComponent(application)}/?params%5B${name}%5D=${encodeURIComponent(value)}`;
}
