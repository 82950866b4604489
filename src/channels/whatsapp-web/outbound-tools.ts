import type { PaceRule, Pacer } from "../contract/pacing.ts";
import type { SendOutcome } from "../contract/sending.ts";
import type { CallClock, SessionMemory } from "../contract/sessions.ts";
import type { Budget } from "./budget.ts";
import type { Directory } from "./directory.ts";
import type { Inbound } from "./inbound.ts";
import type { Line, WhyOut } from "./line.ts";
import type { CallResult, WorkerCall } from "./protocol.ts";
import type { SentLog } from "./sent-log.ts";

/** What sending, changing and looking up share. */
export interface OutboundTools {
  /** How the account stands; `undefined` while it can be used. */
  down(): SendOutcome | undefined;
  call(call: WorkerCall, timeoutMs: number): Promise<CallResult>;
  readonly accountId: string;
  readonly folder: string;
  readonly memory: SessionMemory;
  readonly directory: Directory;
  readonly inbound: Inbound;
  readonly sent: SentLog;
  readonly budget: Budget;
  readonly pacer: Pacer | undefined;
  readonly line: Line;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly now: () => Date;
}

/** Longest that the worker may take over one call, files not counted. */
export const CALL_MS = 60_000;

/** Longest that a call stands in the account's line: at the pace of a person some hundred messages go before it. */
export const LINE_MS = 240_000;

const LINE_IS_LONG: SendOutcome = {
  kind: "retry",
  afterMs: 30_000,
  sentence:
    "Other messages go out over this number first, one after the other. This one was not sent yet and stays in line.",
};

export const CLOSING: SendOutcome = {
  kind: "retry",
  afterMs: 3_000,
  sentence: "This server is being stopped. The message was not sent yet and goes out when it is back.",
};

export const notYet = (why: WhyOut): SendOutcome => (why === "long" ? LINE_IS_LONG : CLOSING);

/** Nothing left, because what is remembered of the account could not be read. */
export const STORE_AWAY: SendOutcome = {
  kind: "retry",
  afterMs: 10_000,
  sentence: "This server's own store could not be asked. Nothing was sent; it will be tried again.",
};

/** Far below what people do with their thumbs: our own caution, WhatsApp publishes no figure. */
const paceOf = (chatId: string): readonly PaceRule[] => [
  { place: "", count: 20, perMs: 60_000 },
  { place: chatId, count: 5, perMs: 15_000 },
];

/**
 * Waits for the account's pace; the host's clock stands still meanwhile.
 * @returns false when the line closed first: nothing more shall leave
 */
export async function inPace(
  { pacer, accountId, line }: Pick<OutboundTools, "pacer" | "accountId" | "line">,
  place: string,
  clock: CallClock | undefined,
): Promise<boolean> {
  const goOn = clock?.wait();
  try {
    await pacer?.turn(accountId, paceOf(place), line.closing);
    return true;
  } catch (error) {
    if (line.closing.aborted) return false;
    throw error;
  } finally {
    goOn?.();
  }
}

/** The ids that one message may have at WhatsApp: its chat is known by phone and by a hidden id. */
export async function idsOf(directory: Directory, externalId: string): Promise<readonly string[]> {
  const [, fromMe, chat, rest] = /^(true|false)_([^_]+)_(.+)$/.exec(externalId) ?? [];
  if (fromMe === undefined || chat === undefined || rest === undefined) return [];
  return (await directory.aliasesOf(chat)).map((alias) => `${fromMe}_${alias}_${rest}`);
}
