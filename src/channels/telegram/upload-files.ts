import { InputFile } from "grammy";
import type { OpenedFile, Outgoing } from "../contract/sending.ts";
import { FileReadError } from "../shared/network-errors.ts";
import type { PlannedFile } from "../shared/telegram-files.ts";
import { uploadName } from "./plan.ts";

/**
 * The files of one message on their way out: opened before its first call, closed after its last, streamed and never whole
 * in memory. A file that breaks while it is read ends the call as "unreadable": Telegram got no whole request then.
 */
export interface Files {
  /** Opens every file of the message; `undefined` if one cannot be. */
  openAll(): Promise<readonly OpenedFile[] | undefined>;
  /** The file as an upload; opened anew when its stream was used by an earlier attempt. */
  input(file: PlannedFile): Promise<InputFile | undefined>;
  close(): void;
}

export function createFiles(message: Outgoing): Files {
  const open = new Map<OpenedFile, boolean>();

  async function openOne(attachment: Parameters<Outgoing["openFile"]>[0]): Promise<OpenedFile | undefined> {
    try {
      const opened = await message.openFile(attachment);
      // A stream that nobody reads yet must not bring the process down by failing; the reader meets the error itself.
      opened.stream.on("error", () => open.set(opened, true));
      open.set(opened, false);
      return opened;
    } catch {
      // Whatever the store of files throws (gone, no rights, disk error): the message cannot be sent now.
      return undefined;
    }
  }

  return {
    async openAll() {
      const files: OpenedFile[] = [];
      for (const attachment of message.content.attachments) {
        const opened = await openOne(attachment);
        if (!opened) return undefined;
        files.push(opened);
      }
      return files;
    },
    async input(file) {
      const fresh = open.get(file.opened) === false ? file.opened : await openOne(file.attachment);
      if (!fresh) return undefined;
      open.set(fresh, true);
      return new InputFile(readAll(fresh), uploadName(fresh));
    },
    close() {
      for (const { stream } of open.keys())
        if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy();
    },
  };
}

/** The file's bytes, with its errors marked as ours. A file shorter or longer than it said is no file to send. */
async function* readAll(opened: OpenedFile): AsyncGenerator<Uint8Array> {
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
  if (read !== opened.size) throw new FileReadError("a file has another size than it should");
}
