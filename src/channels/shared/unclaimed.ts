import type { Button, Content } from "../../domain/message.ts";
import type { Capabilities, Support } from "../contract/capabilities.ts";
import type { SendOutcome } from "../contract/sending.ts";

type Refused = Extract<SendOutcome, { kind: "refused" }>;

/**
 * The sentence for a part of a message that the channel says it cannot send, before any network call. Pure. Files are
 * not judged here: their limits differ in more than kind.
 *
 * @param title the channel's name for people
 * @param buttons kinds of buttons it can show; all unless told
 */
export function unclaimedPart(
  title: string,
  capabilities: Capabilities,
  content: Content,
  buttons: readonly Button["kind"][] = ["reply", "link", "share-phone"],
): Refused | undefined {
  const { parts } = capabilities;
  if (content.template && !capabilities.templates) {
    return refused("template", `${title} has no approved templates. Send the text as a message of your own.`);
  }
  if (content.place && impossible(parts.location.out)) {
    return refused("location", `${title} cannot send a location. Write the address or a link to a map instead.`);
  }
  if (content.contacts && content.contacts.length > 0 && impossible(parts.contact.out)) {
    return refused("contact", `${title} cannot send a contact card. Write the name and the number instead.`);
  }
  const asked = content.buttons?.flat() ?? [];
  if (asked.length === 0) return undefined;
  if (impossible(parts.buttons.out)) {
    return refused("buttons", `${title} cannot show buttons. Write the choices into the text instead.`);
  }
  const foreign = asked.find((button) => !buttons.includes(button.kind));
  return foreign && refused("buttons", `${title} cannot show a button that ${DOES[foreign.kind]}. Send it without it.`);
}

/** Whether a message says nothing at all: no words, no file, no place, no card and no approved text. */
export function isEmpty(content: Content): boolean {
  return (
    content.body.text.trim() === "" &&
    content.attachments.length === 0 &&
    content.place === undefined &&
    (content.contacts ?? []).length === 0 &&
    content.template === undefined
  );
}

const DOES: Readonly<Record<Button["kind"], string>> = {
  reply: "answers with its text",
  link: "opens a link",
  "share-phone": "asks for the phone number",
};

const impossible = (support: Support): boolean => support === "impossible";

function refused(part: string, sentence: string): Refused {
  return { kind: "refused", code: `${part}-not-supported`, sentence };
}
