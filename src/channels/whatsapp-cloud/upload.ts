import { randomBytes } from "node:crypto";
import type { Account } from "../../domain/account.ts";
import type { OpenedFile, Outgoing } from "../contract/sending.ts";
import { safeFileName } from "../shared/clean-text.ts";
import { FileReadError } from "../shared/network-errors.ts";
import { type Called, credentialsOf, type GraphApi, type Upload } from "./api.ts";
import type { PlannedFile } from "./plan.ts";
import { uploadedSchema } from "./schemas.ts";

/**
 * Puts files at Meta, which keeps them for 30 days, so that messages can name them. An upload shows nothing to anybody:
 * whatever becomes of it, it may be repeated. Bytes are streamed from our store to the network, never whole in memory.
 */

/** Slowest upload that is still waited for, in bytes a second. */
const SLOWEST_UPLOAD = 128 * 1024;

export interface Files {
  /** Opens every file of the message; `undefined` if one cannot be. */
  openAll(): Promise<readonly OpenedFile[] | undefined>;
  close(): void;
}

/** The message's files: all opened before the first call, all closed after the last, whatever happens between. */
export function createFiles(message: Outgoing): Files {
  const open: OpenedFile[] = [];
  return {
    async openAll() {
      for (const attachment of message.content.attachments) {
        try {
          const opened = await message.openFile(attachment);
          // A stream that nobody reads yet must not bring the process down by failing; its reader meets the error itself.
          opened.stream.on("error", () => undefined);
          open.push(opened);
        } catch {
          // Whatever the store of files throws (gone, no rights, disk error): the message cannot be sent now.
          return undefined;
        }
      }
      return open;
    },
    close() {
      for (const { stream } of open) if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
    },
  };
}

/** @returns Meta's id of the file */
export async function uploadFile(api: GraphApi, account: Account, file: PlannedFile): Promise<Called<string>> {
  const { phoneNumberId } = credentialsOf(account);
  const done = await api.call(account, uploadedSchema, {
    method: "POST",
    path: `${encodeURIComponent(phoneNumberId)}/media`,
    upload: formOf(file),
    extraMs: Math.ceil((file.opened.size / SLOWEST_UPLOAD) * 1_000),
  });
  if (done.ok) return { ok: true, value: done.value.id };
  const { failure } = done;
  // Nothing was shown to the customer, so even an unknown ending of an upload is safe to repeat.
  if (failure.kind === "unknown" || failure.kind === "aborted") {
    const reason = failure.kind === "unknown" ? failure.reason : "the upload was broken off";
    return { ok: false, failure: { kind: "not-connected", reason } };
  }
  if (failure.kind === "refused" && failure.status >= 500 && failure.code === undefined) {
    return { ok: false, failure: { kind: "not-connected", reason: `error ${failure.status}` } };
  }
  return done;
}

/** The form of "Upload media": product, type, file. Its size is known before the first byte leaves. */
function formOf({ opened, mime }: PlannedFile): Upload {
  const boundary = `threadline-${randomBytes(16).toString("hex")}`;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // The name is shown nowhere (a document's comes with its message); a plain one cannot break the header.
  const name =
    safeFileName(opened.name)
      .replace(/[^\w.-]/g, "_")
      .slice(-100) || "file";
  const head = Buffer.from(
    field("messaging_product", "whatsapp") +
      field("type", mime) +
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: ${mime}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: head.length + opened.size + tail.length,
    chunks: formChunks(head, opened, tail),
  };
}

async function* formChunks(head: Buffer, opened: OpenedFile, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  let read = 0;
  try {
    for await (const chunk of opened.stream) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      read += bytes.length;
      if (read > opened.size) break;
      yield bytes;
    }
  } catch (error) {
    throw new FileReadError("a file could not be read", { cause: error });
  }
  // A file shorter or longer than it said is no file to send.
  if (read !== opened.size) throw new FileReadError("a file has another size than it should");
  yield tail;
}
