import type { ChannelAnswer } from "../../../src/api/channels.ts";

type Capabilities = Pick<ChannelAnswer["capabilities"], "attachments" | "parts">;
type Part = "photo" | "video" | "voice" | "file";

const MB = 1024 * 1024;

/** Why a channel will not take a file, as far as can be told before it is uploaded. */
export type FileProblem =
  | { readonly kind: "empty" }
  | { readonly kind: "not-taken" }
  /** `limit` in whole megabytes. */
  | { readonly kind: "too-large"; readonly limit: number };

/** The server looks into the file and decides; browsers go by its name. */
export function fileProblem(
  { attachments, parts }: Capabilities,
  file: { readonly type: string; readonly size: number },
): FileProblem | undefined {
  if (file.size === 0) return { kind: "empty" };
  const kind = kindOf(file.type);
  const own = attachments[kind];
  const limit = own ?? attachments["file"];
  const part: Part = own ? PART[kind] : "file";
  if (!limit || parts[part]?.out === "impossible") return { kind: "not-taken" };
  if (file.size > limit.maxBytes) return { kind: "too-large", limit: Math.floor(limit.maxBytes / MB) };
  return undefined;
}

/** How a channel takes a recording; absent: not at all. */
export function voiceRules({
  attachments,
  parts,
}: Capabilities): { readonly maxBytes: number; readonly asFile: boolean } | undefined {
  const out = parts["voice"]?.out;
  const limit = attachments["voice"] ?? attachments["audio"] ?? attachments["file"];
  if (!limit || out === "impossible") return undefined;
  return { maxBytes: limit.maxBytes, asFile: typeof out === "object" || attachments["voice"] === undefined };
}

type Kind = "photo" | "animation" | "video" | "audio" | "file";

const PART: Readonly<Record<Kind, Part>> = {
  photo: "photo",
  animation: "video",
  video: "video",
  audio: "voice",
  file: "file",
};

function kindOf(mime: string): Kind {
  if (mime === "image/gif") return "animation";
  if (/^image\/(jpeg|png|webp)$/.test(mime)) return "photo";
  if (mime.startsWith("video/")) return "video";
  return mime.startsWith("audio/") ? "audio" : "file";
}
