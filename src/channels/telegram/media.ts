import type { Account } from "../../domain/account.ts";
import type { MediaOutcome } from "../contract/sending.ts";
import type { Failure, TelegramApi } from "./api.ts";
import { retryMs } from "./outcomes.ts";
import { fileInfoSchema } from "./schemas.ts";

/**
 * Opens a file a customer sent. `ref` is Telegram's file id, good for as long as the bot has its token; the path it is
 * exchanged for is good for an hour, so it is asked for each time. Reading only: repeating is always safe. A stream that
 * breaks half-way ends in an error, which its reader sees.
 */

const RETRY_MS = 5_000;
/** A file is asked for again only this late while the bot's token is not accepted. */
const RETRY_TOKEN_MS = 60_000;

export async function openMedia(
  api: TelegramApi,
  account: Account,
  ref: string,
  signal: AbortSignal,
): Promise<MediaOutcome> {
  const info = await api.call(account, fileInfoSchema, (raw, both) => raw.getFile({ file_id: ref }, both), { signal });
  if (!info.ok) return mediaOutcome(info.failure);
  const path = info.value.file_path;
  if (path === undefined)
    return {
      kind: "gone",
      sentence: "Telegram gives bots files up to 20 MB only; this one is larger or no longer kept.",
    };
  if (path.startsWith("/") || path.split("/").includes("..")) {
    return { kind: "gone", sentence: "Telegram named a place of the file that cannot be opened from here." };
  }
  const opened = await api.download(account, path, signal);
  if (!opened.ok) return mediaOutcome(opened.failure);
  const { stream, size = info.value.file_size } = opened.value;
  const name = path.split("/").at(-1);
  return {
    kind: "opened",
    stream,
    ...(name && { name }),
    ...(size !== undefined && { size }),
  };
}

function mediaOutcome(failure: Failure): MediaOutcome {
  if (failure.kind !== "refused") {
    return {
      kind: "retry",
      afterMs: RETRY_MS,
      sentence: "Telegram cannot be reached. The file will be asked for again.",
    };
  }
  const { code, description } = failure;
  if (code === 429)
    return {
      kind: "retry",
      afterMs: retryMs(failure),
      sentence: "Telegram asks for a pause before it gives the file.",
    };
  if (code === 401) {
    return {
      kind: "retry",
      afterMs: RETRY_TOKEN_MS,
      sentence: "Telegram does not accept the bot's token, so the file cannot be fetched yet.",
    };
  }
  if (code >= 500)
    return {
      kind: "retry",
      afterMs: RETRY_MS,
      sentence: `Telegram had an error (${code}). The file will be asked for again.`,
    };
  if (/file is too big/i.test(description)) {
    return {
      kind: "gone",
      sentence: "Telegram gives bots files up to 20 MB; this one is larger. Ask the customer to send it another way.",
    };
  }
  return { kind: "gone", sentence: "Telegram no longer has this file. Ask the customer to send it again." };
}
