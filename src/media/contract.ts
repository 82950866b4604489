import type { MediaId, MessageId, PortalId } from "../domain/ids.ts";

/** Files of messages, kept once and shown by signed links that expire. */
export interface MediaShelf {
  /**
   * Streams bytes onto the shelf, never whole in memory. The type is sniffed from the bytes; the sender's claim decides
   * only between types that look alike. Over `maxBytes` the file is removed again and `too-large` answered.
   */
  keep(file: IncomingFile): Promise<Kept>;
  /** `undefined` when the file is not here (erased, or a shelf not shared between processes). */
  open(media: MediaId): Promise<ShelvedFile | undefined>;
  /**
   * Absolute URL for the portal or a vendor; whoever has it can read the file until it expires. With `name` its path ends
   * in it, for vendors who go by an address's extension; it proves nothing and is not read.
   */
  link(media: MediaId, name?: string): string;
  /** Constant-time check of a link's signature and end. */
  verify(media: string, expires: string, signature: string): boolean;
  remove(media: readonly MediaId[]): Promise<void>;
}

export interface IncomingFile {
  readonly portal: PortalId;
  /** Absent: it has none yet, and the caller writes down whose it is. */
  readonly message?: MessageId;
  readonly stream: NodeJS.ReadableStream;
  readonly name?: string | undefined;
  readonly claimedMime?: string | undefined;
  readonly maxBytes: number;
}

export type Kept =
  | { readonly kind: "kept"; readonly id: MediaId; readonly name: string; readonly mime: string; readonly size: number }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly sentence: string };

export interface ShelvedFile {
  readonly stream: NodeJS.ReadableStream;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
}

/** Passes bytes from one process of ours to another, through the data folder that they share. */
export interface MediaHandover {
  put(stream: NodeJS.ReadableStream, maxBytes: number): Promise<HandedIn>;
  /** Once: the file goes when its stream ends or is destroyed. `undefined` when it is not here. */
  take(id: string): Promise<(NodeJS.ReadableStream & { destroy(): unknown }) | undefined>;
}

export type HandedIn =
  | { readonly kind: "kept"; readonly id: string; readonly size: number }
  | { readonly kind: "too-large" }
  | { readonly kind: "broken"; readonly sentence: string };
