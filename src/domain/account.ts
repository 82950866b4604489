import type { AccountId, PortalId } from "./ids.ts";

/** How a channel account stands with its vendor. Every state carries a sentence a person can act on. */
export interface ConnectionState {
  readonly kind:
    | "starting"
    | "needs-action"
    | "connected"
    | "transient-disconnect"
    | "bad-credentials"
    | "logged-out"
    | "failed";
  readonly sentence: string;
}

/** A channel account: one bot, one number, one site widget. */
export interface Account {
  readonly id: AccountId;
  readonly portal: PortalId;
  /** Registry id of its channel (`telegram`, `webchat`, …). */
  readonly channel: string;
  readonly name: string;
  /** Decrypted for the process that uses it; encrypted at rest, never in an answer of the API. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** Made by us at creation; proves webhooks of this account. Encrypted at rest. */
  readonly webhookSecret: string;
  /** Channel's own settings that are no secret (origins of a web chat, texts). */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The open line it feeds; absent = no line yet. */
  readonly line?: string;
  /** Connector id under which it feeds that line (a line holds one account per connector id). */
  readonly connector?: string;
  /** Off: messages are received and stored, none is delivered. */
  readonly enabled: boolean;
  readonly connection: ConnectionState;
  /** Identity at the vendor (bot name, link to open a chat), learned on connect; goes into connector data. */
  readonly profile: AccountProfile;
  readonly createdAt: Date;
}

export interface AccountProfile {
  readonly externalId?: string;
  readonly title?: string;
  /** Public link that opens a chat with this account. */
  readonly url?: string;
}
