import { describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newPortalId, place } from "./store-fixtures.ts";

/** Outside bots, and how conversations stand with them. */
export function botTests(use: () => Store): void {
  const saved = (more: object = {}) => ({ settings: { enabled: true }, by: "1", isNew: true, secret: "s1", ...more });

  describe("bots", () => {
    it("keep their secret until they get another one, and begin when they are switched on", async () => {
      const { portal, account } = await place(use());
      expect(await use().bots.find(portal, account.id)).toBeUndefined();
      expect(await use().bots.put(newPortalId(), account.id, saved())).toBe(false);
      expect(await use().bots.put(portal, account.id, saved())).toBe(true);
      const first = await use().bots.find(portal, account.id);
      expect(first).toMatchObject({ secret: "s1", settings: { enabled: true } });
      await use().bots.put(portal, account.id, saved({ settings: { enabled: false }, isNew: false, secret: "s2" }));
      const second = await use().bots.find(portal, account.id);
      expect([second?.secret, second?.since, second?.settings]).toEqual(["s1", first?.since, { enabled: false }]);
      expect(await use().bots.setSecret(portal, account.id, "s3")).toBe(true);
      expect((await use().bots.find(portal, account.id))?.secret).toBe("s3");
      expect(await use().bots.setSecret(newPortalId(), account.id, "s4")).toBe(false);
      expect(await use().bots.find(newPortalId(), account.id)).toBeUndefined();
    });

    it("rest after so many failures in a row, and are tried again by an answer or by being saved", async () => {
      const { portal, account } = await place(use());
      await use().bots.put(portal, account.id, saved());
      const until = new Date("2099-01-01T00:00:00Z");
      const fail = () => use().bots.failed(portal, account.id, { sentence: "Gone.", most: 2, until });
      await fail();
      const once = await use().bots.find(portal, account.id);
      expect([once?.brokenUntil, once?.failure?.sentence]).toEqual([undefined, "Gone."]);
      await use().bots.answered(portal, account.id);
      await fail();
      expect((await use().bots.find(portal, account.id))?.brokenUntil).toBeUndefined();
      await fail();
      expect((await use().bots.find(portal, account.id))?.brokenUntil).toEqual(until);
      await use().bots.put(portal, account.id, saved({ isNew: false }));
      expect((await use().bots.find(portal, account.id))?.brokenUntil).toBeUndefined();
    });

    it("know how a conversation stands, and whose lanes to wake", async () => {
      const { portal, account } = await place(use());
      await use().bots.put(portal, account.id, saved());
      const { conversation } = await accept(use(), inbound(account));
      const of = { account: account.id, conversation };
      expect(await use().bots.talk(portal, conversation)).toBeUndefined();
      await use().bots.keepTalk(portal, of, { talk: { phase: "left" } }, null);
      expect(await use().bots.wakeTalking(portal, account.id)).toEqual([]);
      const talking = { talk: { phase: "talking" } };
      expect(await use().bots.keepTalk(portal, of, talking, "Robbie")).toBe(true);
      expect(await use().bots.keepTalk(portal, of, talking, "Robbie")).toBe(false);
      const held = () => use().conversations.find(portal, conversation);
      expect((await held())?.bot).toEqual({ by: "account", name: "Robbie" });
      expect(await use().bots.talk(portal, conversation)).toEqual({ talk: { phase: "talking" } });
      expect(await use().bots.talk(newPortalId(), conversation)).toBeUndefined();
      expect(await use().bots.wakeTalking(portal, account.id)).toHaveLength(1);
      expect(await use().bots.wakeTalking(newPortalId(), account.id)).toEqual([]);
      expect(await use().bots.keepTalk(portal, of, { talk: { phase: "left" } }, null)).toBe(true);
      expect((await held())?.bot).toBeUndefined();
    });

    it("of the portal are told from people, and have conversations until somebody else has them", async () => {
      const { portal, account } = await place(use());
      const { writers, conversations } = use();
      await writers.keep(portal, new Map([["7", { isPerson: true }]]));
      await writers.keep(portal, new Map([["900", { isPerson: false }]]));
      await writers.keep(portal, new Map([["900", { isPerson: false, name: "Lina" }]]));
      expect(await writers.known(portal, ["7", "900", "8"])).toMatchObject(
        new Map([
          ["7", { isPerson: true, toldAt: expect.any(Date) }],
          ["900", { isPerson: false, name: "Lina", toldAt: expect.any(Date) }],
        ]),
      );
      expect([...(await writers.bots(portal)).keys()]).toEqual(["900"]);
      expect(await writers.bots(newPortalId())).toEqual(new Map());
      const { conversation } = await accept(use(), inbound(account));
      const bot = { by: "portal", id: "900", name: "Lina" } as const;
      const learn = (patch: Parameters<typeof conversations.learn>[2]) =>
        conversations.learn(portal, conversation, patch);
      const held = async () => (await conversations.find(portal, conversation))?.bot;
      const isListed = async () => (await conversations.withLineBots(1_000)).some(({ id }) => id === conversation);
      await learn({ open: true, sessionId: "1", bot });
      expect([await held(), await isListed()]).toEqual([bot, true]);
      // The account's own bot has nothing to end there.
      await use().bots.put(portal, account.id, saved());
      await use().bots.keepTalk(portal, { account: account.id, conversation }, { talk: { phase: "left" } }, null);
      await learn({ sessionId: "1", operator: null });
      expect(await held()).toEqual(bot);
      await learn({ sessionId: "2" });
      expect([await held(), await isListed()]).toEqual([undefined, false]);
      await learn({ bot });
      await learn({ operator: "7", accepted: true });
      expect(await held()).toBeUndefined();
      await learn({ operator: null, bot });
      await learn({ open: false });
      expect(await held()).toBeUndefined();
    });
  });
}
