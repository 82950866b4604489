import type { ChannelAdapter } from "../channels/contract.ts";
import type { Account } from "../domain/account.ts";
import type { DueMessage } from "../store/contract/messages.ts";
import { fetchFiles } from "./files.ts";
import { type Drained, later, type RelayDeps } from "./ports.ts";

/**
 * Messages that go into no line: for our own surfaces, and done with once their files are here. Answers when to come again
 * for a file that cannot be fetched just now, or how many rows are done.
 */
export async function keepHere(
  deps: RelayDeps,
  at: { readonly account: Account; readonly adapter: ChannelAdapter },
  rows: readonly DueMessage[],
): Promise<Drained | number> {
  for (const row of rows) {
    const fetched = await fetchFiles(deps, row, at.account, at.adapter);
    if (fetched.kind === "retry") {
      const nextAt = new Date(deps.now().getTime() + fetched.afterMs);
      await deps.store.messages.finish([
        { message: row.id, result: { state: "stored", nextAt, error: fetched.sentence } },
      ]);
      return later(nextAt);
    }
    const result = { state: "sent" } as const;
    await deps.store.messages.finish([{ message: row.id, result }]);
    deps.metrics.delivered.inc({ direction: "in", state: result.state });
    deps.tally.ended(row, result, deps.now());
  }
  return rows.length;
}
