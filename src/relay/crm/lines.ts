import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { PortalId } from "../../domain/ids.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import type { LineCrm, LineCrmNow } from "../../portal/contract/line-settings.ts";
import { ownerFor, planFor } from "../../rules/compile.ts";
import { factsSchema } from "../../rules/facts.ts";
import type { Ruleset } from "../../rules/ruleset.ts";
import type { Store } from "../../store/contract.ts";

export interface LineState extends LineCrm {
  readonly id: string;
  readonly name: string;
  readonly wanted: "line" | "rules" | "mixed";
  /** The line does what the rules want of it. */
  readonly agrees: boolean;
  /** Who lets responsible persons follow transfers of chats. */
  readonly follows: "line" | "rules" | "nobody";
}

export interface LinesState {
  readonly lines: readonly LineState[];
  /** Why a line could not be set, or asked. */
  readonly problem: string | undefined;
}

export interface LineKeeper {
  /** The lines that accounts feed, as the portal has them now. */
  look(portal: PortalId, ruleset: Ruleset): Promise<LinesState>;
  /** Sets them as the rules want, and reads them back. Idempotent. */
  apply(portal: PortalId, ruleset: Ruleset): Promise<LinesState>;
}

const kept = z.object({ searches: z.boolean(), creates: z.enum(["none", "lead", "deal"]), tracks: z.boolean() });

/**
 * Leads and deals are made by the open line or by our rules, never by both. Where the rules make them the line's own
 * making and its tracker are switched off, and what it did before is kept and put back when the rules no longer do.
 *
 * A line on which accounts differ is switched off: two owners would double, none only leaves out, and the page says so.
 * Crash between keeping and switching: what was kept first stays. Somebody switches it on in the portal: `look` shows it.
 */
export function createLineKeeper(
  store: Pick<Store, "accounts" | "rulesets">,
  portals: Pick<PortalDirectory, "connectors" | "lineSettings">,
): LineKeeper {
  async function each(
    portal: PortalId,
    ruleset: Ruleset,
    work: (line: string, wanted: LineState["wanted"]) => Promise<LineCrmNow | string>,
  ): Promise<LinesState> {
    const accounts = (await store.accounts.list(portal)).filter((account) => account.line !== undefined);
    const listed = await portals.connectors(portal).openLines();
    const names = new Map(listed.kind === "ok" ? listed.value.map((line) => [line.id, line.name]) : []);
    const lines: LineState[] = [];
    const problems: string[] = [];
    for (const id of new Set(accounts.flatMap((account) => account.line ?? []))) {
      const wanted = wantedOn(id, accounts, ruleset);
      const name = names.get(id) ?? id;
      const done = await work(id, wanted);
      if (typeof done === "string") {
        problems.push(`The open line "${name}" does not agree with the rules. ${done}`);
        continue;
      }
      const agrees = wanted === "line" || (done.creates === "none" && !done.tracks);
      if (wanted === "mixed")
        problems.push(`${name}: its accounts differ in who makes leads and deals, so the line makes none.`);
      const { transfers, ...does } = done;
      // The line changes only cards that it made itself (the published on-premise source), and makes none where the rules do.
      const isFollowed = wanted === "line" ? transfers : followsOn(id, accounts, ruleset);
      const by = wanted === "line" ? "line" : "rules";
      lines.push({ ...does, id, name, wanted, agrees, follows: isFollowed ? by : "nobody" });
    }
    return { lines, problem: problems.length === 0 ? undefined : problems.join(" ") };
  }

  return {
    look: (portal, ruleset) =>
      each(portal, ruleset, async (line) => {
        const outcome = await portals.lineSettings(portal).crm(line);
        if (outcome.kind === "ok") return outcome.value;
        return outcome.kind === "withdrawn" ? WITHDRAWN : outcome.sentence;
      }),

    apply: (portal, ruleset) =>
      each(portal, ruleset, async (line, wanted) => {
        const settings = portals.lineSettings(portal);
        const now = await settings.crm(line);
        if (now.kind !== "ok") return now.kind === "withdrawn" ? WITHDRAWN : now.sentence;
        const target =
          wanted === "line" ? kept.safeParse(await store.rulesets.takeLine(portal, line)).data : off(ruleset);
        if (!target || same(now.value, target)) return now.value;
        if (wanted !== "line") await store.rulesets.keepLine(portal, line, now.value);
        const set = await settings.setCrm(line, target);
        if (set.kind === "ok") return set.value;
        if (wanted === "line") await store.rulesets.keepLine(portal, line, target);
        return set.kind === "withdrawn" ? WITHDRAWN : set.sentence;
      }),
  };
}

const WITHDRAWN = "The portal could not be asked. Try again.";

const off = ({ owner }: Ruleset): LineCrm => ({
  searches: owner.how !== "crm-off",
  creates: "none",
  tracks: false,
});

const same = (one: LineCrm, other: LineCrm) =>
  one.searches === other.searches && one.creates === other.creates && one.tracks === other.tracks;

/** Who is to make leads and deals on a line, by the rules of the accounts that feed it. */
export function wantedOn(line: string, accounts: readonly Account[], ruleset: Ruleset): LineState["wanted"] {
  const owners = new Set(
    accounts
      .filter((account) => account.line === line)
      .map((account) => ownerFor({ account: account.id, line }, ruleset)),
  );
  if (owners.size > 1) return "mixed";
  return owners.has("rules") ? "rules" : "line";
}

/** Whether the rules follow transfers of chats on this line, for any of its accounts. */
const followsOn = (line: string, accounts: readonly Account[], ruleset: Ruleset): boolean =>
  accounts.some(
    ({ id, line: at }) =>
      at === line && planFor(factsSchema.parse({ account: { id }, line }), ruleset).groups.responsible.followTransfers,
  );
