/**
 * What the server's process and the worker that runs the browser say to each other, over the channel of a child process.
 * Plain data both ways; files travel as paths in the account's own folder, never as bytes.
 */

export interface StartOptions {
  /** Module that has the library's `Client`, `MessageMedia` and `Location`. */
  readonly module: string;
  readonly executablePath: string;
  /** The account's own folder, with the profile and files on their way in it. */
  readonly folder: string;
  readonly profileDir: string;
  readonly args: readonly string[];
  /** How many codes are shown before it gives up. */
  readonly qrRounds: number;
  /** A page of our own instead of WhatsApp's: for tests. */
  readonly page?: { readonly version: string; readonly folder: string };
  /** Handed to a module that stands in for the library. */
  readonly emulator?: string;
}

export type FileForm = "photo" | "video" | "animation" | "voice" | "audio" | "document" | "sticker";

export type WireStep =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly mime: string;
      readonly name: string;
      readonly size: number;
      readonly form: FileForm;
      readonly caption?: string;
    }
  | {
      readonly kind: "place";
      readonly latitude: number;
      readonly longitude: number;
      readonly name?: string;
      readonly address?: string;
    }
  | { readonly kind: "card"; readonly vcard: string };

/** `messages`: the ids that one message may have at WhatsApp (by phone or by hidden id); the first that is known counts. */
export type WorkerCall =
  | { readonly method: "send"; readonly chatId: string; readonly step: WireStep; readonly quoted: readonly string[] }
  | { readonly method: "edit"; readonly messages: readonly string[]; readonly text: string }
  | { readonly method: "remove"; readonly messages: readonly string[] }
  | { readonly method: "react"; readonly messages: readonly string[]; readonly emoji: string }
  | {
      readonly method: "download";
      readonly messages: readonly string[];
      readonly into: string;
      readonly maxBytes: number;
    }
  | { readonly method: "find"; readonly digits: string }
  | { readonly method: "pair"; readonly id: string }
  | { readonly method: "chat"; readonly id: string }
  | { readonly method: "chats" }
  | { readonly method: "history"; readonly chatId: string; readonly limit: number }
  | { readonly method: "logout" };

export type ToWorker =
  | { readonly kind: "start"; readonly options: StartOptions }
  | { readonly kind: "call"; readonly id: number; readonly call: WorkerCall }
  | { readonly kind: "stop" };

/**
 * Why a call failed. `not-connected`: WhatsApp's page has no connection, nothing was done. `not-found`: the chat or message
 * is not there. `failed`: the library threw; `reason` is its text.
 */
export interface CallFailure {
  readonly code: "not-connected" | "not-found" | "failed" | "worker-gone" | "timeout";
  readonly reason: string;
}

export type CallResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: CallFailure };

export type FromWorker =
  | { readonly kind: "event"; readonly name: string; readonly data: unknown }
  | { readonly kind: "answer"; readonly id: number; readonly result: CallResult }
  | { readonly kind: "browser"; readonly pid: number };
