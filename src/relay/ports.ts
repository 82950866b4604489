import type { ChannelAdapter } from "../channels/contract.ts";
import type { Dispatcher } from "../dispatch/contract.ts";
import type { LaneId } from "../domain/ids.ts";
import type { RichText } from "../domain/rich-text.ts";
import type { Logger } from "../log/log.ts";
import type { Metrics } from "../log/metrics.ts";
import type { MediaShelf } from "../media/contract.ts";
import type { PortalDirectory } from "../portal/contract/directory.ts";
import type { PortalFile } from "../portal/contract.ts";
import type { LaneContents } from "../store/contract/lanes.ts";
import type { Store } from "../store/contract.ts";
import type { ReplyAcceptor } from "./accept-reply.ts";
import type { TriggerWatch } from "./automation/watch.ts";
import type { Bots } from "./bots/desk.ts";
import type { Belonging } from "./crm/belonging.ts";
import type { News } from "./news.ts";
import type { OwnMode } from "./own-line/own-mode.ts";
import type { Speech } from "./speech.ts";
import type { Tally } from "./tally.ts";
import type { VoteHearing } from "./votes/hearing.ts";

/** What the drains work with: the four contracts, the shelf for files, and a clock. */
export interface RelayDeps {
  readonly store: Store;
  readonly portals: Pick<PortalDirectory, "chats" | "chatsOf" | "lines">;
  readonly channels: ReadonlyMap<string, ChannelAdapter>;
  readonly dispatcher: Pick<Dispatcher, "wake" | "wakeAt">;
  readonly shelf: MediaShelf;
  /** Neutral text -> BBCode of the portal. */
  readonly toBBCode: (text: RichText) => string;
  /** BBCode of the portal -> neutral text. */
  readonly fromBBCode: (text: string) => RichText;
  /** Takes replies that a line's history shows and no event brought. */
  readonly replies: ReplyAcceptor;
  /** Opens a link that the portal gave for a file; guarded against private addresses. */
  readonly openPortalFile: (url: string, signal: AbortSignal) => Promise<PortalFile>;
  /** Finds out who writes and where it belongs, and writes that into the CRM. */
  readonly belonging: Belonging;
  /** Outside bots, who have a conversation before anybody else. */
  readonly bots: Bots;
  /** Distributes and answers in accounts without a line. */
  readonly ownMode: OwnMode;
  /** Looks for what automations wait for. */
  readonly triggers: TriggerWatch;
  /** Notices votes that lines ask for by themselves. */
  readonly votes: VoteHearing;
  /** For what we say in a portal in words of ours. */
  readonly speech: Speech;
  /** For open pages. */
  readonly news: News;
  readonly metrics: Metrics;
  /** Counts by account, for the health board. */
  readonly tally: Tally;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Who drains: the lane whose lease is held, and the owner who holds it (fences every attempt). */
export interface Turn {
  readonly lane: LaneId;
  readonly owner: string;
  /** As they were when the lease was taken. */
  readonly contents: LaneContents;
}

/** Rows of a lane read at a time; a call takes as many of them as may travel together. */
export const READ_AHEAD = 50;

/**
 * How a drain ended. `idle`: nothing left, or what is left waits for somebody to act (account off, no line, tokens
 * dead) and will be woken by that. `later`: due again at that time.
 */
export type Drained = { readonly kind: "idle" } | { readonly kind: "later"; readonly at: Date };

export const IDLE: Drained = { kind: "idle" };
export const later = (at: Date): Drained => ({ kind: "later", at });

/** Of two parts of a run, whichever wants to come again first. */
export function earlier(one: Drained, other: Drained): Drained {
  if (one.kind === "idle") return other;
  if (other.kind === "idle") return one;
  return one.at <= other.at ? one : other;
}
