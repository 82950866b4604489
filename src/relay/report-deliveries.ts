import { parseLane } from "../domain/ids.ts";
import type { Message } from "../domain/message.ts";
import type { DeliveryReport } from "../portal/contract.ts";
import { backoff } from "./backoff.ts";
import { type Drained, IDLE, later, type RelayDeps, type Turn } from "./ports.ts";

const MAX_REPORTS = 50;
const BUSY_RETRY_MS = 30_000;

/**
 * Tells the portal which of the operators' messages reached the customer. Without it the portal shows "sending" for ever
 * and sends no edit or deletion of them. Repeatable: a report whose answer was lost is made again.
 */
export async function reportDeliveries(deps: RelayDeps, turn: Turn): Promise<Drained> {
  const lane = parseLane(turn.lane);
  if (!lane) return IDLE;
  const rows = await deps.store.messages.unreported(lane.conversation, MAX_REPORTS);
  const [head] = rows;
  if (!head) return IDLE;
  const account = await deps.store.accounts.find(head.portal, head.account);
  if (account?.line === undefined || account.connector === undefined) {
    // No line any more: nobody waits for these reports.
    await deps.store.messages.markReported(rows.map((row) => row.id));
    return IDLE;
  }
  const at = { connector: account.connector, line: account.line, chatId: head.conversation };
  const outcome = await deps.portals.lines(head.portal).reportDelivery(
    at,
    rows.flatMap((row) => reportOf(row, deps.now())),
  );
  if (outcome.kind === "ok" || outcome.kind === "refused") {
    if (outcome.kind === "refused")
      deps.log.warn({ portal: head.portal, code: outcome.code }, "the portal refused a delivery report");
    await deps.store.messages.markReported(rows.map((row) => row.id));
    return IDLE;
  }
  const pause = outcome.kind === "unreachable" ? backoff(4) : BUSY_RETRY_MS;
  return later(new Date(deps.now().getTime() + pause));
}

function reportOf(row: Message, now: Date): DeliveryReport[] {
  if (row.origin.by !== "open-line" || row.externalIds.length === 0) return [];
  const { imChatId, imMessageId } = row.origin;
  return [{ imChatId, imMessageId, externalIds: row.externalIds, date: Math.floor(now.getTime() / 1000) }];
}
