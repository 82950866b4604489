import type { tl } from "@mtcute/core";
import type { SessionMemory } from "../contract/sessions.ts";

/**
 * All that this channel needs of a Telegram client, in Telegram's own words (the TL schema). `mtcute-client.ts` fulfils
 * it with mtcute; the tests' emulator stands behind the same interface. The library is loaded with the first account
 * that is opened, and not with the server.
 */
export interface PersonClient {
  /** Restores what the memory holds and starts to connect. Throws when the memory cannot be read. */
  open(): Promise<void>;
  /** Whether the last known state of the connection is up. */
  connected(): boolean;
  /** One call. Throws `CallFailed` and nothing else. Never waits for a flood to pass and never repeats by itself. */
  call<T extends tl.RpcMethod>(request: T, options?: CallOptions): Promise<tl.RpcCallReturn[T["_"]]>;
  /** The account that signed in, from the memory. */
  self(): Promise<number | undefined>;
  /** How to address a chat that was seen before; `chatId` is marked (users positive, groups negative). */
  inputPeer(chatId: number): Promise<tl.TypeInputPeer | undefined>;
  /** Proof of the second password (SRP). */
  proof(request: tl.account.RawPassword, password: string): Promise<tl.TypeInputCheckPasswordSRP>;
  /** Signing in goes on at another data centre. */
  moveTo(dataCentre: number): Promise<void>;
  /** Signed in: remembered, and updates begin (with what was missed). */
  signedIn(user: tl.RawUser): Promise<void>;
  /** Signed out: keys and state are forgotten. */
  signedOut(): Promise<void>;
  /** Updates that came as the answer to a call of ours: counted, and not told as news. */
  applied(updates: tl.TypeUpdates): void;
  /** A 64-bit number as the schema wants it; decimal, signed. */
  long(decimal: string): tl.Long;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Data centre; absent = the account's own. */
  readonly dataCentre?: number;
  /** Goes over the connections for files. */
  readonly bulk?: "upload" | "download";
  /** Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface ClientEvents {
  /** In order; `people` are the users and chats that it names. */
  update(update: tl.TypeUpdate, people: People): void;
  connection(state: "connecting" | "connected" | "offline"): void;
  /** Somebody scanned the QR code. */
  loginToken(): void;
  /**
   * The position up to which updates were told moved: `write` keeps it, and must run only after everything told before
   * was stored. Losing the newest position only means that the same updates come again.
   */
  position(write: () => Promise<void>): void;
  /**
   * Telegram would not tell all that was missed: so long was the account away. In that channel (marked number), or in all
   * private chats and basic groups. Told before the updates that follow the gap.
   */
  gap(channel?: number): void;
  /** The vendor does not accept this session any more, found out between calls. */
  refused(text: string): void;
}

export interface People {
  user(id: number): tl.RawUser | undefined;
  chat(id: number): tl.TypeChat | undefined;
}

export interface ClientOptions {
  readonly apiId: number;
  readonly apiHash: string;
  readonly memory: SessionMemory;
  readonly events: ClientEvents;
}

export type OpenClient = (options: ClientOptions) => Promise<PersonClient>;

export type CallFailure =
  /** Telegram answered with an error: `FLOOD_WAIT_17`, `PEER_FLOOD` … */
  | { readonly kind: "refused"; readonly code: number; readonly text: string }
  /** No connection: the call never left. */
  | { readonly kind: "not-connected" }
  /** It left, or may have, and no answer came. */
  | { readonly kind: "unknown" };

export class CallFailed extends Error {
  override readonly name = "CallFailed";
  readonly failure: CallFailure;
  constructor(failure: CallFailure) {
    super(failure.kind === "refused" ? failure.text : failure.kind);
    this.failure = failure;
  }
}

export type Called<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CallFailure };

/** A call whose failure is data. */
export async function tryCall<T extends tl.RpcMethod>(
  client: Pick<PersonClient, "call">,
  request: T,
  options?: CallOptions,
): Promise<Called<tl.RpcCallReturn[T["_"]]>> {
  try {
    return { ok: true, value: await client.call(request, options) };
  } catch (error) {
    if (error instanceof CallFailed) return { ok: false, failure: error.failure };
    throw error;
  }
}

/** `FLOOD_WAIT_17` and its kin: how many seconds Telegram asks us to wait. */
export function floodSeconds(failure: CallFailure): number | undefined {
  if (failure.kind !== "refused") return undefined;
  const match = /^(?:FLOOD_WAIT|SLOWMODE_WAIT|FLOOD_PREMIUM_WAIT|FLOOD_TEST_PHONE_WAIT)_(\d{1,9})$/.exec(failure.text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

export function says(failure: CallFailure, ...texts: readonly string[]): boolean {
  return (
    failure.kind === "refused" && texts.some((text) => failure.text === text || failure.text.startsWith(`${text}_`))
  );
}
