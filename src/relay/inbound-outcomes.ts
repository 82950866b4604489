import type { PortalOutcome } from "../portal/contract.ts";
import type { DueMessage, MessageResult } from "../store/contract/messages.ts";
import { backoff, isTooOld } from "./backoff.ts";
import { type Drained, later, type RelayDeps, type Turn } from "./ports.ts";
import { SETTLE_MS } from "./settle-inbound.ts";

const UNAUTHORISED_RETRY_MS = 10 * 60_000;

/** Puts an attempt on record; `false` when the lane is somebody else's now. */
export async function attempt(deps: RelayDeps, turn: Turn, rows: readonly DueMessage[]): Promise<boolean> {
  const begun = await deps.store.messages.beginAttempt(
    turn.lane,
    turn.owner,
    rows.map((row) => row.id),
  );
  const now = deps.now().getTime();
  if (begun)
    for (const row of rows)
      if (row.attempts === 0)
        deps.metrics.ownTime.observe({ direction: "in" }, Math.max(0, now - row.createdAt.getTime()) / 1000);
  return begun;
}

/** What a call that did not simply work means for its rows. Answers when to come back, or `undefined` to go on with the next rows. */
export async function conclude(
  deps: RelayDeps,
  rows: readonly DueMessage[],
  outcome: Exclude<PortalOutcome<unknown>, { kind: "ok" }>,
): Promise<Drained | undefined> {
  const now = deps.now();
  const again = async (afterMs: number, error: string): Promise<Drained> => {
    const nextAt = new Date(now.getTime() + afterMs);
    const [head] = rows;
    if (head && isTooOld(head.createdAt, now)) {
      await finishAll(deps, rows, { state: "failed", error });
      return later(now);
    }
    await finishAll(deps, rows, { state: "stored", nextAt, error });
    return later(nextAt);
  };
  const attempts = (rows[0]?.attempts ?? 0) + 1;
  switch (outcome.kind) {
    case "withdrawn":
      // Not put on record: what was read is old, so the lane is looked at anew. Another's lane does not hear of that.
      return later(now);
    case "throttled":
      return again(Math.max(250, outcome.until.getTime() - now.getTime()), outcome.sentence);
    case "unreachable":
      return again(backoff(attempts), outcome.sentence);
    case "unauthorised":
      return again(UNAUTHORISED_RETRY_MS, outcome.sentence);
    case "refused":
      // The command as a whole: the line is off, the connector unknown. Somebody can mend that, so the rows wait for it.
      return again(Math.max(30_000, backoff(attempts)), outcome.sentence);
    case "uncertain":
      await finishAll(deps, rows, {
        state: "uncertain",
        error: outcome.sentence,
        settleBy: new Date(now.getTime() + SETTLE_MS),
        nextAt: new Date(now.getTime() + 1000),
      });
      return later(new Date(now.getTime() + 1000));
  }
}

/** One ending for all of them. */
export async function finishAll(deps: RelayDeps, rows: readonly DueMessage[], result: MessageResult): Promise<void> {
  await deps.store.messages.finish(rows.map((row) => ({ message: row.id, result })));
  const messages = rows.filter((row) => row.kind !== "mirror");
  if (result.state !== "stored" && messages.length > 0)
    deps.metrics.delivered.inc({ direction: "in", state: result.state }, messages.length);
  for (const row of messages) deps.tally.ended(row, result, deps.now());
}
