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
export interface RepairReport {
  readonly checked: number;
  readonly recovered: number;
  /** Why histories could not be read, each once. */
  readonly problems: readonly string[];
  /** Replies whose files cannot be fetched from a history. */
  readonly withFiles: number;
}

const WINDOW_MS = 3 * 24 * 3_600_000;
const MAX_CONVERSATIONS = 500;
const LOCK_MS = 10 * 60_000;

/**
 * Finds operators' replies whose events never reached us (the portal sends each once; we may have been down) by reading
 * the history of every conversation of the last days, and accepts them like events.
 *
 * Twice, or together with a late event: the origin key is the portal's message id, so each is taken once. Two processes:
 * a lock. Killed half-way: the next run begins anew, which costs calls and doubles nothing. The reading user is usually
 * no participant of the chats, so the portal may refuse: that is reported and not guessed around.
 */
export async function repairPortal(deps: RepairDeps, portal: PortalId): Promise<RepairReport | undefined> {
  const lock = `repair:${portal}`;
  if (!(await deps.store.locks.acquire(lock, deps.owner, LOCK_MS))) return undefined;
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
      await deps.store.locks.renew(lock, deps.owner, LOCK_MS);
    }
    const report = { checked, recovered, withFiles, problems: [...problems] };
    deps.log.info({ portal, ...report }, "compared the lines' histories with what was received");
    return report;
  } finally {
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
