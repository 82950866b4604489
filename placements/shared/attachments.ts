import type { AttachmentAnswer } from "../../src/api/messages.ts";
import { t } from "./i18n.ts";

const KINDS = ["photo", "video", "animation", "voice", "audio", "file", "sticker"] as const;

export function kindTitle(attachment: AttachmentAnswer): string {
  const kind = KINDS.find((known) => known === attachment.kind) ?? "file";
  return t(`kind.${kind}`);
}

/** The file's own name, or what it is. */
export const attachmentTitle = (attachment: AttachmentAnswer) => attachment.name ?? kindTitle(attachment);

/** Shown as a picture: what browsers draw without running anything. */
export const isPicture = (attachment: AttachmentAnswer) =>
  attachment.url !== undefined && /^image\/(png|jpeg|gif|webp)$/.test(attachment.mime ?? "");
