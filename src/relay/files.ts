import type { Outgoing } from "../channels/contract/sending.ts";
import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import type { Attachment, Message } from "../domain/message.ts";
import { withoutTurns } from "../domain/rich-text.ts";
import type { Kept, MediaShelf } from "../media/contract.ts";
import type { RelayDeps } from "./ports.ts";

/** Largest file that passes through us; vendors' own limits are lower or equal in practice. */
const MAX_FILE_BYTES = 100 * 1024 * 1024;
const RETRY_MS = 5_000;
const FETCH_TIMEOUT_MS = 120_000;
/** How long a message waits for a file that cannot be fetched just now, before its text goes on without it. */
const FILE_PATIENCE_MS = 10 * 60_000;

/** Whether every file of a row is now ours. `lost`: sentences about files that will never come. */
export type Fetched =
  | { readonly kind: "ready"; readonly attachments: readonly Attachment[]; readonly lost: readonly string[] }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string };

type One =
  | { readonly kind: "kept"; readonly attachment: Attachment }
  | { readonly kind: "lost"; readonly sentence: string }
  | { readonly kind: "retry"; readonly afterMs: number; readonly sentence: string };

/**
 * Fetches the files of a message once and keeps them. Crash in the middle: the row still names the source, and the next
 * run fetches again. A file that is gone does not hold up its message: the text goes on with a sentence in its place.
 */
export async function fetchFiles(
  deps: RelayDeps,
  message: Message,
  account: Account,
  adapter: ChannelAdapter,
): Promise<Fetched> {
  const attachments: Attachment[] = [];
  const lost: string[] = [];
  for (const attachment of message.content.attachments) {
    const one = await fetchOne(deps, message, account, adapter, attachment);
    if (one.kind === "retry" && deps.now().getTime() - message.createdAt.getTime() < FILE_PATIENCE_MS) return one;
    if (one.kind === "kept") attachments.push(one.attachment);
    else lost.push(one.sentence);
  }
  const changed = message.content.attachments.some((attachment) => attachment.source.by !== "media");
  if (changed && lost.length === 0) await deps.store.messages.setAttachments(message.id, attachments);
  return { kind: "ready", attachments, lost };
}

async function fetchOne(
  deps: RelayDeps,
  message: Message,
  account: Account,
  adapter: ChannelAdapter,
  attachment: Attachment,
): Promise<One> {
  if (attachment.source.by === "media") return { kind: "kept", attachment };
  const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
  const opened =
    attachment.source.by === "portal"
      ? await deps.openPortalFile(attachment.source.url, signal)
      : await openAtChannel(adapter, account, attachment.source.ref, signal);
  if (opened.kind === "gone") return { kind: "lost", sentence: opened.sentence };
  if (opened.kind === "retry") return { kind: "retry", afterMs: RETRY_MS, sentence: opened.sentence };
  const name = attachment.name ?? ("name" in opened ? opened.name : undefined);
  // Its sender says so itself: nothing of it need come. Who says nothing, or lies, is cut off where the limit is.
  if ("size" in opened && opened.size !== undefined && opened.size > MAX_FILE_BYTES) {
    discard(opened.stream);
    return tooLarge(name);
  }
  const kept = await deps.shelf.keep({
    portal: message.portal,
    message: message.id,
    stream: opened.stream,
    name,
    claimedMime: attachment.mime ?? ("mime" in opened ? opened.mime : undefined),
    maxBytes: MAX_FILE_BYTES,
  });
  return toOne(kept, attachment, name);
}

function discard(stream: NodeJS.ReadableStream): void {
  stream.on("error", () => undefined);
  if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
}

function tooLarge(name: string | undefined): One {
  const what = name === undefined ? "A file" : `"${withoutTurns(name)}"`;
  return { kind: "lost", sentence: `${what} is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB and was left out.` };
}

function toOne(kept: Kept, attachment: Attachment, known: string | undefined): One {
  if (kept.kind === "too-large") return tooLarge(known);
  if (kept.kind === "broken") return { kind: "retry", afterMs: RETRY_MS, sentence: kept.sentence };
  const { id, name, mime, size } = kept;
  return { kind: "kept", attachment: { ...attachment, source: { by: "media", id }, name, mime, size } };
}

/** How a channel gets at the files that we keep, in whichever process it runs. `openFile` throws when one is gone. */
export function keptFiles(shelf: Pick<MediaShelf, "open" | "link">): Pick<Outgoing, "openFile" | "linkFile"> {
  return {
    async openFile({ source }) {
      const file = source.by === "media" ? await shelf.open(source.id) : undefined;
      if (!file) throw new Error("a file of this message is no longer kept here");
      return file;
    },
    linkFile: ({ source, name }) => (source.by === "media" ? shelf.link(source.id, name) : undefined),
  };
}

async function openAtChannel(adapter: ChannelAdapter, account: Account, ref: string, signal: AbortSignal) {
  if (!adapter.openMedia) return { kind: "gone", sentence: "This channel cannot hand out files." } as const;
  return adapter.openMedia(account, ref, signal);
}
