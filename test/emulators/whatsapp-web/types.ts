/** What the stand-in of the library and the emulated WhatsApp say to each other: lines of JSON over a local socket. */

export interface Key {
  readonly fromMe: boolean;
  readonly remote: string;
  readonly id: string;
  readonly participant?: string;
  readonly _serialized: string;
}

/** A message as the library shows it (its `Message`, with the page's own model as `_data`). */
export interface MessageData {
  readonly id: Key;
  type: string;
  body: string;
  readonly timestamp: number;
  readonly from: string;
  readonly to: string;
  readonly author?: string;
  readonly hasMedia: boolean;
  readonly isForwarded?: boolean;
  readonly isGif?: boolean;
  readonly duration?: string;
  readonly location?: {
    readonly latitude: number;
    readonly longitude: number;
    readonly name?: string;
    readonly address?: string;
  };
  readonly vCards: readonly string[];
  ack: number;
  latestEditSenderTimestampMs?: number;
  readonly _data: Readonly<Record<string, unknown>>;
}

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type Line =
  | { readonly kind: "answer"; readonly id: number; readonly value?: unknown; readonly error?: string }
  | { readonly kind: "event"; readonly name: string; readonly data: readonly unknown[] }
  | { readonly kind: "linked"; readonly token: string; readonly info: Info }
  | { readonly kind: "die" };

export interface Info {
  readonly pushname: string;
  readonly wid: { readonly _serialized: string; readonly user: string; readonly server: string };
}
