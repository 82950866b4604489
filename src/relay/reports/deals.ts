/**
 * Reads deals again that have changed in the CRM, so that reports know which of them were won. Deals of which somebody writes
 * are read anyway before it is decided where that belongs; this is for the others, and for those of which only an event has
 * told: made after their customer's last message, they are that customer's by their contact.
 *
 * - Killed: nothing was kept of what was read, and the next run reads it. Twice: the same is kept twice.
 * - An event in the middle of it: what was read before it is not kept, and read again.
 * - Traffic: one request of a portal in a minute for either, for up to fifty deals, in the portal's own queue.
 * - The portal refuses or is away: left alone for a while. A deal that is not there any more: its link goes.
 */
import type { PortalId } from "../../domain/ids.ts";
import type { Logger } from "../../log/log.ts";
import type { CrmItem } from "../../portal/contract/crm.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { ChangedDeal } from "../../store/contract/reports.ts";
import type { Store } from "../../store/contract.ts";
import { createRounds } from "../rounds.ts";
import { withLock } from "../with-lock.ts";

export interface DealReaderDeps {
  readonly store: Pick<Store, "reports" | "people" | "locks">;
  readonly portals: Pick<PortalDirectory, "crm">;
  /** Work inside counts as that portal's. */
  readonly inTurn: <T>(portal: PortalId, work: () => T) => T;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Names this process in locks. */
  readonly owner: string;
  readonly now: () => Date;
}

export interface DealReader {
  start(): void;
  /** One run over all portals; what `start` does again and again. */
  run(): Promise<void>;
  close(): Promise<void>;
}

const EVERY_MS = 60_000;
const LOCK_MS = 60_000;
/** A page of `crm.item.list`. */
const AT_ONCE = 50;
const AFTER_REFUSAL_MS = 15 * 60_000;

export function createDealReader(deps: DealReaderDeps): DealReader {
  const { reports, people, locks } = deps.store;
  const waits = new Map<PortalId, number>();

  async function run(): Promise<void> {
    await withLock({ ...deps, locks }, "deals", LOCK_MS, readAll);
  }

  async function readAll(): Promise<void> {
    await each(await reports.changedDeals(deps.now(), AT_ONCE), async (portal, deals) => {
      const at = deps.now();
      const looks = await looksOf(portal, deals);
      if (!looks) return;
      await reports.keepDeals(portal, withLooks(deals, looks), at);
      for (const { id } of deals) if (!looks.has(id)) await people.entityGone(portal, "deal", id);
    });
    await each(await reports.strangeDeals(deps.now(), AT_ONCE), async (portal, deals) => {
      const at = deps.now();
      const looks = await looksOf(portal, deals);
      if (!looks) return;
      const read = withLooks(deals, looks).map((deal) => ({ ...deal, contact: deal.look.contactId }));
      await reports.settleDeals(portal, deals, read, at);
    });
  }

  async function each(
    found: ReadonlyMap<PortalId, readonly ChangedDeal[]>,
    work: (portal: PortalId, deals: readonly ChangedDeal[]) => Promise<void>,
  ): Promise<void> {
    for (const [portal, deals] of found) {
      if (rounds.over.aborted) return;
      if ((waits.get(portal) ?? 0) > deps.now().getTime()) continue;
      try {
        await deps.inTurn(portal, () => work(portal, deals));
      } catch (error) {
        deps.log.warn({ err: error, portal }, "Deals that changed could not be read; tried again in a moment");
      }
    }
  }

  /** `undefined`: the portal does not show them now. */
  async function looksOf(
    portal: PortalId,
    deals: readonly ChangedDeal[],
  ): Promise<ReadonlyMap<string, CrmItem> | undefined> {
    const outcome = await deps.portals.crm(portal).list({ type: "deal", ids: deals.map(({ id }) => id) });
    if (outcome.kind !== "ok") {
      waits.set(portal, deps.now().getTime() + AFTER_REFUSAL_MS);
      deps.log.info({ portal, outcome: outcome.kind }, "Bitrix24 did not show deals that changed; asked again later");
      return undefined;
    }
    waits.delete(portal);
    return new Map(outcome.value.map((item) => [item.id, item]));
  }

  const rounds = createRounds(EVERY_MS, run, (error) =>
    deps.log.warn({ err: error }, "Changed deals could not be read; tried again"),
  );

  return {
    start: rounds.start,
    run,
    close: rounds.close,
  };
}

function withLooks(deals: readonly ChangedDeal[], looks: ReadonlyMap<string, CrmItem>) {
  return deals.flatMap((deal) => {
    const look = looks.get(deal.id);
    return look ? [{ ...deal, look }] : [];
  });
}
