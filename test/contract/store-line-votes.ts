import { describe, expect, it } from "vitest";
import type { LineSession } from "../../src/store/contract/line-votes.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, place } from "./store-fixtures.ts";

const HOUR = 3_600_000;
const ahead = (ms: number) => new Date(Date.now() + ms);

/** Votes of lines, and deals of nobody. Other portals' rows may be due as well. */
export function lineVoteTests(use: () => Store): void {
  async function session(name = "7"): Promise<LineSession & { readonly saidSeq: number }> {
    const { portal, account } = await place(use());
    const { conversation, message } = await accept(use(), inbound(account));
    const said = await use().messages.find(portal, message);
    return {
      ...{ portal, account: account.id, conversation, session: name, operator: "5" },
      saidSeq: said?.seq ?? 0,
    };
  }
  const unread = async ({ portal }: LineSession, now = ahead(1_000)) =>
    (await use().lineVotes.unread(now, 10)).get(portal) ?? [];
  const toLook = async ({ portal }: LineSession, now = ahead(1_000)) =>
    (await use().lineVotes.toLook(now, 10)).get(portal) ?? [];
  const stars = async ({ portal, account }: LineSession) => {
    const { customerStars, supervisorStars } = await use().reports.total(portal, {
      ...{ since: ahead(-HOUR), until: ahead(HOUR), accounts: [account] },
    });
    return { customerStars, supervisorStars };
  };

  describe("votes of lines", () => {
    it("are one for a session, asked about once, and a later one takes its place", async () => {
      const { saidSeq, ...of } = await session();
      const vote = { ...of, thankedSeq: saidSeq + 1 };
      await use().lineVotes.perhaps(vote, new Date());
      await use().lineVotes.perhaps(vote, new Date());
      expect(await unread(of)).toEqual([vote]);
      await use().lineVotes.settle(vote, { againAt: ahead(HOUR) });
      expect(await unread(of)).toEqual([]);
      // The line has said something more meanwhile: what is known of the word before does not settle it.
      const next = { ...vote, thankedSeq: saidSeq + 3 };
      await use().lineVotes.perhaps(next, new Date());
      await use().lineVotes.settle(vote, undefined);
      expect(await unread(of)).toEqual([next]);
      await use().lineVotes.settle(next, { stars: 1, saidSeq, at: new Date() });
      expect(await unread(of, ahead(2 * HOUR))).toEqual([]);
      expect((await stars(of)).customerStars).toEqual({ count: 1, sum: 1 });
      const last = { ...vote, thankedSeq: saidSeq + 5 };
      await use().lineVotes.perhaps(last, new Date());
      await use().lineVotes.settle(last, { stars: 5, saidSeq, at: new Date() });
      expect((await stars(of)).customerStars).toEqual({ count: 1, sum: 5 });
    });

    it("end a wait for an answer, and one that was none does not", async () => {
      const { saidSeq, ...of } = await session();
      const vote = { ...of, thankedSeq: saidSeq + 1 };
      const waits = async () => (await use().desk.find(of.portal, [of.conversation]))[0]?.desk.waitingSince;
      await use().lineVotes.perhaps(vote, new Date());
      await use().lineVotes.settle(vote, undefined);
      expect(await waits()).toBeInstanceOf(Date);
      await use().lineVotes.perhaps(vote, new Date());
      await use().lineVotes.settle(vote, { stars: 5, saidSeq, at: new Date() });
      expect(await waits()).toBeUndefined();
    });

    it("of supervisors are looked for until there is one, and no more", async () => {
      const { saidSeq: _said, ...of } = await session();
      await use().lineVotes.ended(of, HOUR);
      expect(await toLook(of)).toEqual([]);
      const due = ahead(2 * HOUR);
      expect(await toLook(of, due)).toEqual([{ ...of, looks: 0 }]);
      await use().lineVotes.looked({ ...of, looks: 0 }, { againAt: ahead(3 * HOUR) });
      // Another worker that had it as well changes nothing.
      await use().lineVotes.looked({ ...of, looks: 0 }, { againAt: undefined });
      expect(await toLook(of, ahead(4 * HOUR))).toEqual([{ ...of, looks: 1 }]);
      await use().lineVotes.looked({ ...of, looks: 1 }, { stars: 4, at: new Date() });
      expect(await toLook(of, ahead(100 * HOUR))).toEqual([]);
      expect((await stars(of)).supervisorStars).toEqual({ count: 1, sum: 4 });
      // It ended once more, as a chat does that was opened again for the rating.
      await use().lineVotes.ended(of, 0);
      expect(await toLook(of, ahead(100 * HOUR))).toEqual([]);
    });

    it("are not another portal's", async () => {
      const [{ saidSeq, ...of }, { portal: stranger }] = [await session(), await session()];
      const vote = { ...of, thankedSeq: saidSeq + 1 };
      await use().lineVotes.perhaps(vote, new Date());
      await use().lineVotes.settle({ ...vote, portal: stranger }, { stars: 1, saidSeq, at: new Date() });
      await use().lineVotes.perhaps({ ...vote, portal: stranger, thankedSeq: 1 }, new Date());
      await use().lineVotes.ended({ ...of, portal: stranger }, 0);
      expect(await unread(of)).toEqual([vote]);
      expect(await toLook(of, ahead(HOUR))).toEqual([]);
      expect((await stars(of)).customerStars).toEqual({ count: 0, sum: 0 });
    });
  });

  describe("deals of nobody", () => {
    it("are read once, and again when an event tells again", async () => {
      const { portal } = await session();
      const read = async (now = ahead(1_000)) => (await use().reports.strangeDeals(now, 10)).get(portal) ?? [];
      await use().reports.noteDeal(portal, "1");
      await use().reports.noteDeal(portal, "2");
      const asked = await read();
      // Both may have been told within one tick of the database's clock.
      expect(asked.map(({ id }) => id).sort()).toEqual(["1", "2"]);
      await use().reports.noteDeal(portal, "1");
      await use().reports.settleDeals(portal, asked, [], new Date());
      expect(await read()).toEqual([{ id: "1", changes: 1 }]);
      expect(await read(ahead(49 * HOUR))).toEqual([]);
    });
  });
}
