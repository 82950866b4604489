import { describe, expect, it } from "vitest";
import { agents } from "../../bench/agents.ts";
import { coldTab } from "../../bench/cold-tab.ts";
import { decisions } from "../../bench/decisions.ts";
import { flood } from "../../bench/flood.ts";
import { idleAccounts } from "../../bench/idle-accounts.ts";
import { idleBoxes } from "../../bench/idle-boxes.ts";
import { longConversation } from "../../bench/long-conversation.ts";
import { mail } from "../../bench/mail.ts";
import { media } from "../../bench/media.ts";
import { neighbours } from "../../bench/neighbours.ts";
import { ownTime } from "../../bench/own-time.ts";
import { people } from "../../bench/people.ts";
import { reports } from "../../bench/reports.ts";
import { surfaces } from "../../bench/surfaces.ts";
import { webhook } from "../../bench/webhook.ts";

/** Whether a target is met says nothing at this size; that a figure runs on both stores, and gets values, does. */
describe("figures in their smallest size", () => {
  it.each([
    { figure: webhook, lines: 4 },
    { figure: ownTime, lines: 6 },
    { figure: flood, lines: 3 },
    { figure: neighbours, lines: 2 },
    { figure: idleAccounts, lines: 2 },
    { figure: media, lines: 6 },
    { figure: decisions, lines: 1 },
    { figure: people, lines: 1 },
    { figure: surfaces, lines: 8 },
    { figure: coldTab, lines: 1 },
    { figure: agents, lines: 2 },
    { figure: longConversation, lines: 2 },
    { figure: mail, lines: 2 },
    { figure: idleBoxes, lines: 1 },
    { figure: reports, lines: 8 },
  ])("$figure.name", { timeout: 120_000 }, async ({ figure, lines }) => {
    const findings = await figure.run("tiny");
    expect(findings).toHaveLength(lines);
    for (const finding of findings) {
      expect(Object.values(finding.data).flat()).toSatisfy((values: number[]) => values.every(Number.isFinite));
      if (figure === flood)
        expect(finding.data).toMatchObject({
          lost: 0,
          doubled: 0,
          outOfOrder: 0,
          overRate: 0,
          overBudget: 0,
          messages: 100,
        });
    }
  });
});
