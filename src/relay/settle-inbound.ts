import type { Conversation } from "../domain/conversation.ts";
import type { DueMessage, MessageResult } from "../store/contract/messages.ts";
import { groupAlbums, isSaying, saysNothing, toSentElement } from "./elements.ts";
import type { InboundRoute } from "./inbound-route.ts";
import { type Drained, later, type RelayDeps } from "./ports.ts";
import { settle } from "./settle.ts";

/**
 * A portal cuts a request at 60 s; after this nobody can still be working on ours, and what the history does not show
 * then did not happen.
 */
export const SETTLE_MS = 65_000;
/** How many certain predecessors are compared with the history. */
const CONTEXT = 20;

/**
 * Ends the doubt about the head rows of a lane (a call lost by a crash, a cut line or a silent portal).
 *
 * Found in the history: sent. Not found and the portal may still be at it: asked again with growing pauses, until
 * `settleBy`; then certainly absent, so sent anew. Cannot be asked or cannot be told apart: stays `uncertain` for a
 * person to judge, and the conversation goes on.
 *
 * @returns when to come back, or `undefined` when the head is decided
 */
export async function settleHead(
  deps: RelayDeps,
  route: InboundRoute,
  rows: readonly DueMessage[],
): Promise<Drained | undefined> {
  const doubtful = takeDoubtful(rows);
  const [head] = doubtful;
  if (!head) return undefined;
  const now = deps.now();
  if (!isSaying(head)) {
    // Edits and deletions are repeatable: no doubt, just again.
    await finish(deps, [head], { state: "stored", nextAt: now, error: head.error ?? "interrupted" });
    return undefined;
  }
  if (head.state === "uncertain" && head.nextAt > now) return later(head.nextAt);
  const settleBy = head.settleBy ?? new Date((head.attemptedAt ?? now).getTime() + SETTLE_MS);

  const verdict = await judge(deps, route, doubtful);
  if (verdict.kind === "unknown") {
    await finish(deps, doubtful, { state: "uncertain", error: verdict.sentence });
    return undefined;
  }
  if (verdict.kind === "ask-again") return wait(deps, doubtful, settleBy, head, verdict.sentence);

  await finish(deps, verdict.delivered, { state: "sent" });
  if (verdict.missing.length === 0) return undefined;
  if (now >= settleBy) {
    await finish(deps, verdict.missing, {
      state: "stored",
      nextAt: now,
      error: "The line's history shows that it did not arrive; sent again.",
    });
    return undefined;
  }
  return wait(
    deps,
    verdict.missing,
    settleBy,
    head,
    "It is not in the line's history yet; the portal may still be working on it.",
  );
}

type Verdict =
  | { readonly kind: "known"; readonly delivered: readonly DueMessage[]; readonly missing: readonly DueMessage[] }
  | { readonly kind: "ask-again"; readonly sentence: string }
  | { readonly kind: "unknown"; readonly sentence: string };

async function judge(deps: RelayDeps, route: InboundRoute, doubtful: readonly DueMessage[]): Promise<Verdict> {
  const of = historyOf(route.conversation);
  if (!of)
    return {
      kind: "unknown",
      sentence:
        "The connection broke during the first message of this conversation, and the portal cannot be asked about a chat that we do not know yet.",
    };
  const history = await route.lines.history(of);
  if (history.kind === "throttled" || history.kind === "unreachable" || history.kind === "unauthorised")
    return { kind: "ask-again", sentence: history.sentence };
  if (history.kind !== "ok") {
    const reason = history.kind === "refused" ? ` (${history.sentence})` : "";
    return {
      kind: "unknown",
      sentence: `It may have been delivered: the connection broke, and the portal does not let us read the line's history${reason}.`,
    };
  }
  const groups = groupAlbums(doubtful);
  const settled = settle(
    history.value
      .filter((message) => message.fromCustomer)
      .map((message) => ({ text: message.text, files: message.fileCount })),
    await delivered(deps, doubtful),
    groups.map((group) => toSentElement(group, deps)),
  );
  if (settled.kind === "ambiguous") {
    return {
      kind: "unknown",
      sentence:
        "It may have been delivered: the connection broke, and the line's history holds similar messages that cannot be told apart.",
    };
  }
  return {
    kind: "known",
    delivered: groups.slice(0, settled.delivered).flat(),
    missing: groups.slice(settled.delivered).flat(),
  };
}

/** How the portal is asked for the history of a conversation; `undefined` while it knows none of it. */
export function historyOf({
  imChatId,
  sessionId,
}: Conversation): { readonly chatId: string } | { readonly sessionId: string } | undefined {
  if (imChatId !== undefined) return { chatId: imChatId };
  return sessionId === undefined ? undefined : { sessionId };
}

/** What certainly stands in the line before the doubtful rows, oldest first. */
async function delivered(deps: RelayDeps, doubtful: readonly DueMessage[]) {
  const [head] = doubtful;
  if (!head) return [];
  const earlier = await deps.store.messages.journal(head.portal, {
    conversation: head.conversation,
    direction: "in",
    changes: true,
    before: head.seq,
    limit: CONTEXT,
  });
  const certain = earlier
    .filter((row) => isSaying(row) && !saysNothing(row))
    .filter((row) => row.state === "sent" || row.state === "delivered" || row.state === "read")
    .toSorted((a, b) => a.seq - b.seq);
  return groupAlbums(certain).map((group) => toSentElement(group, deps));
}

/** The rows of the lost call: from the head, all that were under way together. */
function takeDoubtful(rows: readonly DueMessage[]): DueMessage[] {
  const end = rows.findIndex((row) => row.state === "stored");
  const doubtful = end < 0 ? [...rows] : rows.slice(0, end);
  const change = doubtful.findIndex((row) => !isSaying(row));
  // A change settles by itself (it is repeatable): alone when it is the head, otherwise later.
  return change < 0 ? doubtful : doubtful.slice(0, Math.max(1, change));
}

async function wait(
  deps: RelayDeps,
  rows: readonly DueMessage[],
  settleBy: Date,
  head: DueMessage,
  sentence: string,
): Promise<Drained> {
  const now = deps.now();
  const since = now.getTime() - (head.attemptedAt ?? now).getTime();
  const pause = Math.min(Math.max(1000, since), 20_000);
  // Past `settleBy` the portal is only asked because it could not be reached before; the pauses then stay long.
  const nextAt = new Date(
    now < settleBy ? Math.min(now.getTime() + pause, settleBy.getTime()) : now.getTime() + 20_000,
  );
  await finish(deps, rows, { state: "uncertain", error: sentence, settleBy, nextAt });
  return later(nextAt);
}

async function finish(deps: RelayDeps, rows: readonly DueMessage[], result: MessageResult): Promise<void> {
  if (rows.length === 0) return;
  await deps.store.messages.finish(rows.map((row) => ({ message: row.id, result })));
  for (const row of rows) deps.tally.ended(row, result, deps.now());
}
