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

export const isSound = (attachment: AttachmentAnswer) =>
  attachment.url !== undefined && /^audio\//.test(attachment.mime ?? "");

/** Shown as a film: what all browsers play. */
export const isMoving = (attachment: AttachmentAnswer) =>
  attachment.url !== undefined && /^video\/(mp4|webm)/.test(attachment.mime ?? "");

const PICTURE_HEIGHT_PX = 224;

/** Keeps a picture's place before it is here, so that nothing jumps when it comes. */
export function pictureSize({ width, height }: AttachmentAnswer): Partial<Record<"width" | "aspectRatio", string>> {
  if (!width || !height) return {};
  const shown = Math.round(width * Math.min(1, PICTURE_HEIGHT_PX / height));
  return { width: `${shown}px`, aspectRatio: `${width} / ${height}` };
}
