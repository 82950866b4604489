import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accountId, type PortalId } from "../../src/domain/ids.ts";
import type { ProviderMessage } from "../../src/domain/provider-message.ts";
import type { Store } from "../../src/store/contract.ts";
import { content, place } from "./store-fixtures.ts";

const LATER = new Date("2100-01-01T00:00:00Z");

/** Accounts as message providers, and what a portal's CRM sends through them. */
export function providerTests(use: () => Store): void {
  const wish = (portal: PortalId, account: string, more: Partial<ProviderMessage> = {}): ProviderMessage => ({
    ...{ portal, account: accountId(account), key: randomUUID(), code: `threadline_${account}` },
    ...{ phone: "+442079460018", text: "Your order is ready", askedAt: new Date() },
    ...more,
  });
  const takeOf = async (portal: PortalId) =>
    (await use().providers.take(LATER, 1_000)).filter((task) => task.portal === portal);

  describe("messages of the CRM", () => {
    it("are one however often they are asked for, and are taken by one", async () => {
      const { portal, account } = await place(use());
      const message = wish(portal, account.id, { authorId: "5", card: { type: "deal", id: "7" } });
      expect(await Promise.all([1, 2, 3].map(() => use().providers.accept(message)))).toContain(true);
      expect(await use().providers.accept({ ...message, text: "another" })).toBe(false);
      const [one, other] = await Promise.all([takeOf(portal), takeOf(portal)]);
      expect([...one, ...other]).toEqual([{ ...message, toldWords: false, attempts: 0, changes: 0 }]);
      expect(await use().providers.accept({ ...message, key: "k", account: accountId("rubbish") })).toBe(false);
    });

    it("to one number come one after the other, and others do not wait for them", async () => {
      const { portal, account } = await place(use());
      const keys = ["a", "b", "c"].map((name) => `${name}-${randomUUID()}`);
      const [first = "", second = "", third = ""] = keys;
      await use().providers.accept(wish(portal, account.id, { key: first }));
      await use().providers.accept(wish(portal, account.id, { key: second }));
      await use().providers.accept(wish(portal, account.id, { key: third, phone: "+442079460019" }));
      const [task] = (await takeOf(portal)).toSorted((a, b) => a.key.localeCompare(b.key));
      expect(task?.key).toBe(first);
      expect(await takeOf(portal)).toEqual([]);
      if (!task) throw new Error("nothing was taken");
      await use().providers.progress(task, { trouble: "Nobody has this number.", nextAt: undefined });
      expect((await takeOf(portal)).map(({ key }) => key)).toEqual([second]);
    });

    it("are due whenever their message changes, also while the change before is told, and their words are kept once", async () => {
      const { portal, account } = await place(use());
      const message = wish(portal, account.id);
      await use().providers.accept(message);
      const [task] = await takeOf(portal);
      const sent = await use().messages.acceptFirst({
        ...{ portal, account: account.id, chatId: "c1", customer: { externalId: "c1" }, content: content("Hi") },
        ...{ originKey: `provider:${message.key}`, origin: { by: "provider", key: message.key }, sentAt: new Date() },
      });
      if (sent.kind !== "stored" || !task) throw new Error(sent.kind);
      await use().providers.progress(task, { message: sent.message, nextAt: undefined });
      expect(await takeOf(portal)).toEqual([]);
      const finish = (state: "sent" | "delivered") =>
        use().messages.finish([{ message: sent.message, result: { state, externalIds: ["x1"] } }]);
      await finish("sent");
      const [telling] = await takeOf(portal);
      expect(telling).toMatchObject({ message: sent.message, phone: "", text: "", changes: 1 });
      await finish("delivered");
      if (!telling) throw new Error("it was not due");
      await use().providers.progress(telling, { told: "sent", nextAt: undefined });
      const [again] = await takeOf(portal);
      expect(again).toMatchObject({ told: "sent", changes: 2 });
      if (!again) throw new Error("the change in between was lost");
      await use().providers.progress(again, { told: "delivered", nextAt: undefined });
      expect(await takeOf(portal)).toEqual([]);
      expect(await use().providers.forget(new Date("2000-01-01"), 10)).toBe(0);
      expect(await use().providers.forget(LATER, 1_000)).toBeGreaterThan(0);
    });
  });

  it("knows which portals were told something else than there is", async () => {
    const { portal, account } = await place(use());
    const before = "https://threadline.example/message-providers/threadline_";
    const outdated = async () => (await use().providers.outdated([account.channel], { before })).includes(portal);
    const told = { account: account.id, name: account.name, handler: `${before}${account.id}` };
    await use().providers.keepTold(portal, [told]);
    expect(await use().providers.told(portal)).toEqual([told]);
    expect(await outdated()).toBe(false);
    await use().accounts.update(portal, account.id, { name: "Another name" });
    expect(await outdated()).toBe(true);
    await use().providers.keepTold(portal, [{ ...told, name: "Another name" }]);
    expect(await outdated()).toBe(false);
    expect(
      (await use().providers.outdated([account.channel], { before: "https://moved.example/" })).length,
    ).toBeGreaterThan(0);
    await use().accounts.update(portal, account.id, { enabled: false });
    expect(await outdated()).toBe(true);
    await use().providers.keepTold(portal, []);
    expect(await outdated()).toBe(false);
  });
}
