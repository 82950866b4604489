import type { AttachmentKind } from "../../domain/message.ts";
import type { AttachmentLimit, Capabilities, MessagePart, Support } from "../contract/capabilities.ts";

/** Tables of capabilities, written by what sets a channel apart. */

/** Every kind of file up to this size, some of them up to another one. */
export function everyKind(
  maxBytes: number,
  own: Partial<Record<AttachmentKind, number>> = {},
): Record<AttachmentKind, AttachmentLimit> {
  const upTo = (kind: AttachmentKind): AttachmentLimit => ({ maxBytes: own[kind] ?? maxBytes });
  return {
    photo: upTo("photo"),
    video: upTo("video"),
    animation: upTo("animation"),
    voice: upTo("voice"),
    audio: upTo("audio"),
    file: upTo("file"),
    sticker: upTo("sticker"),
  };
}

type Told = Support | { readonly in?: Support; readonly out?: Support };

/** What becomes of each part: told for both ways at once, or for one; what is not told is impossible. */
export function partsOf(told: Partial<Record<MessagePart, Told>>): Capabilities["parts"] {
  const part = (name: MessagePart): { readonly in: Support; readonly out: Support } => {
    const support = told[name] ?? "impossible";
    if (typeof support === "string" || "degraded" in support) return { in: support, out: support };
    return { in: support.in ?? "impossible", out: support.out ?? "impossible" };
  };
  return {
    formatting: part("formatting"),
    photo: part("photo"),
    video: part("video"),
    voice: part("voice"),
    file: part("file"),
    album: part("album"),
    sticker: part("sticker"),
    location: part("location"),
    contact: part("contact"),
    quote: part("quote"),
    reaction: part("reaction"),
    edit: part("edit"),
    delete: part("delete"),
    forwarded: part("forwarded"),
    buttons: part("buttons"),
    template: part("template"),
    notice: part("notice"),
  };
}
