import type { ReadMail } from "../../mail/reading/read-mail-types.ts";
import type { ChannelEvent } from "../contract/events.ts";

/**
 * What a mail that came proves of letters that were sent from here: a person's answer that they were read, a bounce that they
 * were not delivered. Told beside the mail's own message; pure.
 * @param ours those of these Message-IDs that were sent from here, as they were sent
 */
export function proofsOf(
  mail: Pick<ReadMail, "class" | "bounce" | "originalMessageId">,
  {
    ours,
    key,
    chatId,
    at,
  }: { readonly ours: readonly string[]; readonly key: string } & Pick<ChannelEvent, "chatId" | "at">,
): readonly ChannelEvent[] {
  if (ours.length === 0) return [];
  if (mail.class === "human")
    return [{ kind: "receipt", key: `${key}:read`, chatId, at, externalIds: ours, state: "read" }];
  if (mail.class !== "bounce-hard") return [];
  const recipients = mail.bounce?.recipients ?? [];
  const why = recipients.find(({ diagnostic }) => diagnostic !== undefined)?.diagnostic;
  const whom = recipients.map(({ address }) => address).join(", ");
  return [{ kind: "failure", key: `${key}:failed`, chatId, at, externalIds: ours, sentence: sentenceOf(whom, why) }];
}

function sentenceOf(whom: string, why: string | undefined): string {
  if (whom === "") return "The letter came back: it could not be delivered. Check the address and send it again.";
  if (why === undefined)
    return `The letter came back: it could not be delivered to ${whom}. Check the address and send it again.`;
  return `The letter came back: it could not be delivered to ${whom} (${why.slice(0, 300)}). Check the address and send it again.`;
}

/** Letters that it may be an answer to, or tells of. */
export const namedBy = (
  mail: Pick<ReadMail, "class" | "inReplyTo" | "references" | "originalMessageId">,
): readonly string[] =>
  mail.class === "human"
    ? [...new Set([...(mail.inReplyTo === undefined ? [] : [mail.inReplyTo]), ...mail.references.slice(-20)])]
    : [mail.originalMessageId ?? ""].filter((id) => id !== "");
