import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, place, reply } from "./store-fixtures.ts";

/** Addresses for Bcc, and whose letters they take. */
export function bccTests(use: () => Store): void {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const keys = () => randomUUID();

  describe("addresses for Bcc", () => {
    it("are found by their key alone, and a new key makes the former one nobody's", async () => {
      const { portal } = await place(use());
      const [first, second, shared] = [keys(), keys(), keys()];
      expect(await use().bcc.find(portal, "7")).toBeUndefined();
      await use().bcc.put(portal, "7", first);
      await use().bcc.put(portal, "", shared);
      expect(await use().bcc.find(portal, "7")).toEqual({ key: first, madeAt: expect.any(Date) });
      expect(await use().bcc.ownerOf(first)).toEqual({ portal, owner: "7" });
      expect(await use().bcc.ownerOf(shared)).toEqual({ portal, owner: "" });
      await use().bcc.used(portal, "7", at(3));
      expect((await use().bcc.find(portal, "7"))?.usedAt).toEqual(at(3));
      await use().bcc.put(portal, "7", second);
      expect(await use().bcc.ownerOf(first)).toBeUndefined();
      expect(await use().bcc.ownerOf(second)).toEqual({ portal, owner: "7" });
      expect((await use().bcc.find(portal, "7"))?.usedAt).toBeUndefined();
      const other = await place(use());
      expect(await use().bcc.find(other.portal, "7")).toBeUndefined();
    });

    it("take letters from addresses that were confirmed, and forget those that nobody confirms", async () => {
      const { portal } = await place(use());
      const { bcc } = use();
      await bcc.noteSender(portal, "7", "early@shop.example", "asked", at(1));
      expect(await bcc.senders(portal, "7")).toEqual([]);
      await bcc.put(portal, "7", keys());
      await bcc.noteSender(portal, "7", "ann@shop.example", "asked", at(1));
      await bcc.noteSender(portal, "7", "known@shop.example", "known", at(2));
      expect(await bcc.ownAddresses(portal)).toEqual(["known@shop.example"]);
      expect(await bcc.confirmSender(portal, "7", "nobody@shop.example")).toBe(false);
      expect(await bcc.confirmSender(portal, "8", "ann@shop.example")).toBe(false);
      expect(await bcc.confirmSender(portal, "7", "ann@shop.example")).toBe(true);
      await bcc.noteSender(portal, "7", "ann@shop.example", "known", at(3));
      await bcc.noteSender(portal, "7", "known@shop.example", "asked", at(4));
      expect(await bcc.senders(portal, "7")).toEqual([
        { address: "known@shop.example", state: "known", seenAt: at(4) },
        { address: "ann@shop.example", state: "confirmed", seenAt: at(3) },
      ]);
      for (let day = 5; day <= 17; day += 1) await bcc.noteSender(portal, "7", `a${day}@x.example`, "asked", at(day));
      const states = (await bcc.senders(portal, "7")).map(({ state }) => state);
      expect(states.filter((state) => state === "asked")).toHaveLength(10);
      expect(await bcc.ownAddresses(portal)).toEqual(["ann@shop.example", "known@shop.example"]);
      await bcc.put(portal, "7", keys());
      expect(await bcc.dropSender(portal, "7", "ann@shop.example")).toBe(true);
      expect(await bcc.dropSender(portal, "7", "ann@shop.example")).toBe(false);
      expect(await bcc.ownAddresses(portal)).toEqual(["known@shop.example"]);
    });

    it("know letters that were written on our pages", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      const letter = {
        messageId: "<Print-1@shop.example>",
        ...{ subject: "", from: { address: "ann@shop.example" }, to: [], cc: [], class: "human" as const },
      };
      await use().messages.acceptReply(reply(portal, conversation, { content: { ...content("x"), letter } }));
      expect(await use().bcc.wasWrittenHere(portal, "<print-1@SHOP.example>")).toBe(true);
      expect(await use().bcc.wasWrittenHere(portal, "<print-2@shop.example>")).toBe(false);
      expect(await use().bcc.wasWrittenHere((await place(use())).portal, "<print-1@shop.example>")).toBe(false);
    });

    it("know whether a letter was told, in whichever account of the portal", async () => {
      const { portal, account } = await place(use());
      const { message, conversation } = await accept(use(), inbound(account, { key: "letter:1000" }));
      expect(await use().bcc.told(portal, "letter:1000")).toEqual([{ account: account.id, conversation, message }]);
      expect(await use().bcc.told(portal, "letter:1001")).toEqual([]);
      expect(await use().bcc.told((await place(use())).portal, "letter:1000")).toEqual([]);
    });

    it("may bring a letter of a personal box into its card: a wish is one, waits in its letters' order, and ends", async () => {
      const { portal, account } = await place(use());
      const { wishes } = use();
      const [first, second] = [
        await accept(use(), inbound(account, { key: "letter:1" })),
        await accept(use(), inbound(account, { key: "letter:2" })),
      ];
      expect(second.conversation).toBe(first.conversation);
      expect(await wishes.find(portal, first.message)).toBeUndefined();
      for (const { message } of [second, first, second]) await wishes.add(portal, message, "7");
      expect(await wishes.open(portal, first.conversation)).toEqual([first.message, second.message]);
      await wishes.settle(portal, first.message, "7");
      await wishes.add(portal, first.message, "7");
      expect(await wishes.open(portal, first.conversation)).toEqual([second.message]);
      expect(await wishes.find(portal, first.message)).toEqual({ done: true });
      expect(await wishes.find(portal, second.message)).toEqual({ done: false });
      const other = await place(use());
      expect(await wishes.find(other.portal, second.message)).toBeUndefined();
      expect(await wishes.open(other.portal, first.conversation)).toEqual([]);
      const { message } = await accept(use(), inbound(account, { key: "letter:3" }));
      await wishes.settle(portal, message, "7");
      expect(await wishes.find(portal, message)).toEqual({ done: true });
    });

    it("have one account a portal, whoever makes it first", async () => {
      const { portal } = await place(use());
      const make = () =>
        use().accounts.create(portal, {
          ...{ channel: "bcc", name: "BCC", credentials: {}, settings: {}, webhookSecret: "secret" },
          connection: { kind: "connected", sentence: "Connected" },
        });
      const made = await Promise.allSettled([make(), make()]);
      expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });
}
