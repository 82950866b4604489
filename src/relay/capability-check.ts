import type { Capabilities } from "../channels/contract.ts";
import type { AttachmentKind, Content } from "../domain/message.ts";

const WORD: Record<AttachmentKind, string> = {
  photo: "photos",
  video: "videos",
  animation: "animations",
  voice: "voice messages",
  audio: "audio files",
  file: "files",
  sticker: "stickers",
};

/**
 * What a channel cannot do is refused here, once, before any network call, with a sentence for the agent.
 * Kinds that a channel lacks but that are still files go as plain files where it takes those.
 */
export function refusal(title: string, capabilities: Capabilities, content: Content): string | undefined {
  if (content.body.text.trim() === "" && content.attachments.length === 0) return "The message is empty.";
  for (const attachment of content.attachments) {
    const limit = capabilities.attachments[attachment.kind] ?? capabilities.attachments.file;
    if (!limit) return `${title} does not take ${WORD[attachment.kind]}.`;
    if (attachment.size !== undefined && attachment.size > limit.maxBytes) {
      const megabytes = Math.floor(limit.maxBytes / 1024 / 1024);
      return `"${attachment.name ?? "The file"}" is too large: ${title} takes ${WORD[attachment.kind]} up to ${megabytes} MB. Send a link instead.`;
    }
  }
  return undefined;
}
