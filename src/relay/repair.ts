import type { Conversation } from "../domain/conversation.ts";
import type { PortalId } from "../domain/ids.ts";
import type { RichText } from "../domain/rich-text.ts";
import type { Logger } from "../log/log.ts";
import type { OpenLines } from "../portal/contract.ts";
import type { Store } from "../store/contract.ts";
import type { ReplyAcceptor } from "./accept-reply.ts";

export interface RepairDeps {
  readonly store: Store;
  readonly lines: (portal: PortalId) => OpenLines;
  readonly replies: ReplyAcceptor;
  readonly fromBBCode: (text: string) => RichText;
  readonly log: Logger;
  readonly now: () => Date;
  /** Names this process in locks. */
  readonly owner: string;
}

/** What a repair run did, for the health page and the log. */
interface RepairReport {
  readonly checked: number;
  readonly recovered: number;
  /** Why histories could not be read, each once. */
  readonly problems: readonly string[];
  /** Replies whose files cannot be fetched from a history. */
  readonly withFiles: number;
}

/** Asked for by a start of ours, by an outage that ended, or by an administrator. */
export interface Repairs {
  /** Starts a run that begins after this moment, and does not wait for it. Wishes that come while one waits are one. */
  start(portal: PortalId): void;
  close(): Promise<void>;
}

const WINDOW_MS = 3 * 24 * 3_600_000;
const MAX_CONVERSATIONS = 500;
/** How soon to look again when another process has the portal's lock: its run may have begun before our wish. */
const BUSY_RETRY_MS = 3_000;
/** A killed run frees its portal after this; a living one prolongs it. */
const LOCK_MS = 15_000;

export function createRepairs(deps: RepairDeps): Repairs {
  const wishes = new Map<PortalId, NodeJS.Timeout | undefined>();
  const runs = new Map<PortalId, Promise<void>>();
  let closed = false;

  const later = (portal: PortalId): void => {
    wishes.set(portal, setTimeout(() => begin(portal), BUSY_RETRY_MS));
  };
  const begin = (portal: PortalId): void => {
    wishes.delete(portal);
    if (closed) return;
    const run = repairPortal(deps, portal)
      .then((report) => {
        if (!report && !closed) later(portal);
      })
      .catch((error: unknown) => {
        deps.log.warn({ err: error, portal }, "Looking for missed replies broke off and is tried again");
        if (!closed) later(portal);
      })
      .finally(() => runs.delete(portal));
    runs.set(portal, run);
  };

  return {
    start(portal) {
      if (closed || wishes.has(portal)) return;
      if (runs.has(portal)) later(portal);
      else begin(portal);
    },
    async close() {
      closed = true;
      for (const timer of wishes.values()) clearTimeout(timer);
      await Promise.all(runs.values());
    },
  };
}

/**
 * Finds operators' replies whose events never reached us (the portal sends each once; we may have been down) by reading
 * the history of every conversation of the last days, and accepts them like events.
 *
 * Twice, or together with a late event: the origin key is the portal's message id, so each is taken once. Two processes:
 * a lock, prolonged while the run lives. Killed half-way: the lock runs out and the next run begins anew, which costs calls and doubles nothing. The reading user is usually
 * no participant of the chats, so the portal may refuse: that is reported and not guessed around.
 */
async function repairPortal(deps: RepairDeps, portal: PortalId): Promise<RepairReport | undefined> {
  const lock = `repair:${portal}`;
  if (!(await deps.store.locks.acquire(lock, deps.owner, LOCK_MS))) return undefined;
  const prolong = setInterval(() => {
    deps.store.locks.renew(lock, deps.owner, LOCK_MS).catch((error: unknown) => deps.log.warn({ err: error, portal }, "The repair's lock could not be prolonged"));
  }, LOCK_MS / 3);
  try {
    const conversations = await deps.store.conversations.list(portal, { touchedSince: new Date(deps.now().getTime() - WINDOW_MS), limit: MAX_CONVERSATIONS });
    let checked = 0;
    let recovered = 0;
    let withFiles = 0;
    const problems = new Set<string>();
    for (const conversation of conversations) {
      if (conversation.imChatId === undefined) continue;
      const outcome = await repairConversation(deps, conversation, conversation.imChatId);
      if (outcome.kind === "stop") {
        problems.add(outcome.sentence);
        break;
      }
      if (outcome.kind === "refused") problems.add(outcome.sentence);
      else {
        checked += 1;
        recovered += outcome.recovered;
        withFiles += outcome.withFiles;
      }
    }
    const report = { checked, recovered, withFiles, problems: [...problems] };
    deps.log.info({ portal, ...report }, "compared the lines' histories with what was received");
    return report;
  } finally {
    clearInterval(prolong);
    await deps.store.locks.release(lock, deps.owner);
  }
}

type One =
  | { readonly kind: "done"; readonly recovered: number; readonly withFiles: number }
  | { readonly kind: "refused"; readonly sentence: string }
  | { readonly kind: "stop"; readonly sentence: string };

async function repairConversation(deps: RepairDeps, conversation: Conversation, imChatId: string): Promise<One> {
  const history = await deps.lines(conversation.portal).history({ chatId: imChatId });
  if (history.kind === "refused") return { kind: "refused", sentence: history.sentence };
  if (history.kind !== "ok") return { kind: "stop", sentence: "sentence" in history ? history.sentence : "The portal cannot be asked just now." };
  let recovered = 0;
  let withFiles = 0;
  for (const message of history.value) {
    if (message.fromCustomer || message.system) continue;
    if (await deps.store.messages.findByIm(conversation.portal, message.id)) continue;
    if (message.fileCount > 0) withFiles += 1;
    const body = deps.fromBBCode(message.text);
    if (body.text.trim() === "") continue;
    const accepted = await deps.replies.accept({
      kind: "message",
      portal: conversation.portal,
      chatId: conversation.id,
      imChatId: message.chatId,
      imMessageId: message.id,
      authorId: message.authorId,
      at: message.date,
      content: { body, attachments: [] },
    });
    if (accepted.kind === "stored") recovered += 1;
  }
  return { kind: "done", recovered, withFiles };
}
