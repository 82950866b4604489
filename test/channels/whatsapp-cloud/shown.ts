import type { DeliveredMessage } from "../../contract/channel-harness.ts";
import type { SentMessage } from "../../emulators/whatsapp-cloud/types.ts";

/** What a person sees of a message on their phone, read without any code of the adapter's. */

const MARKS = [
  ["pre", /```([^`]+)```/],
  ["code", /`(?!\u200b)([^`\n]+)`/],
  ["bold", /(?<![\p{L}\p{N}])\*([^\s*\u200b](?:[^*\n]*[^\s*\u200b])?)\*(?![\p{L}\p{N}\u200b])/u],
  ["italic", /(?<![\p{L}\p{N}])_([^\s_\u200b](?:[^_\n]*[^\s_\u200b])?)_(?![\p{L}\p{N}\u200b])/u],
  ["strike", /(?<![\p{L}\p{N}])~([^\s~\u200b](?:[^~\n]*[^\s~\u200b])?)~(?![\p{L}\p{N}\u200b])/u],
] as const;

export function shownText(marked: string): Pick<DeliveredMessage, "text" | "spans"> {
  const spans: { kind: string; text: string }[] = [];
  let text = marked;
  for (const [kind, pattern] of MARKS) {
    text = text.replace(new RegExp(pattern, `${pattern.flags}g`), (_all, inner: string) => {
      spans.push({ kind, text: inner.replaceAll("\u200b", "") });
      return inner;
    });
  }
  return { text: text.replaceAll("\u200b", ""), spans };
}

interface Payload {
  readonly location?: { readonly latitude: number; readonly longitude: number };
  readonly contacts?: readonly { readonly phones?: readonly { readonly phone: string }[] }[];
  readonly interactive?: {
    readonly action: {
      readonly buttons?: readonly { readonly reply: { readonly title: string } }[];
      readonly parameters?: { readonly display_text: string };
    };
  };
}

export function asDelivered(message: SentMessage): DeliveredMessage {
  const { location, contacts, interactive } = message.payload as Payload;
  const { buttons, parameters } = interactive?.action ?? {};
  return {
    externalId: message.id,
    ...shownText(message.text ?? ""),
    files: message.media ? [message.media.bytes.length] : [],
    ...(message.quoted !== undefined && { quoted: message.quoted }),
    ...(location && { place: location }),
    ...(contacts && { phones: contacts.flatMap((card) => card.phones ?? []).map((one) => one.phone) }),
    ...(interactive && {
      buttons: [...(buttons ?? []).map((one) => one.reply.title), ...(parameters ? [parameters.display_text] : [])],
    }),
  };
}
