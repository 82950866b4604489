import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LeavingWay } from "../../src/domain/unsubscription.ts";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** Who wants no letters made of templates. */
export function unsubscribedTests(use: () => Store): void {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 29, 10, minute));
  const leaving = (name: string, minute: number, how: LeavingWay = "page") => ({
    ...{ key: `${name}@c.example`, address: `${name.toUpperCase()}@c.example`, at: at(minute), how },
  });

  describe("who wants no letters made of templates", () => {
    it("is asked by a link that a letter has once, with the readers that it has now", async () => {
      const { portal } = await place(use());
      const { unsubscriptions } = use();
      const letter = { portal, originKey: `surface:${randomUUID()}`, sender: "Shop\0", recipients: ["a@c.example"] };
      const link = await unsubscriptions.begin(letter);
      expect(link).toEqual({ ...letter, sender: "Shop\uFFFD", id: link.id });
      const again = await unsubscriptions.begin({ ...letter, recipients: ["a@c.example", "b@c.example"] });
      expect(again).toMatchObject({ id: link.id, recipients: ["a@c.example", "b@c.example"] });
      expect(await unsubscriptions.link(link.id)).toEqual(again);
      expect(await unsubscriptions.link("rubbish")).toBeUndefined();
      expect(await unsubscriptions.link(randomUUID())).toBeUndefined();
    });

    it("is noted once, ended, and noted anew; each portal for itself", async () => {
      const [{ portal }, { portal: other }] = [await place(use()), await place(use())];
      const { unsubscriptions } = use();
      const both = await Promise.all([
        unsubscriptions.leave(portal, leaving("anna", 1)),
        unsubscriptions.leave(portal, leaving("anna", 1, "one-click")),
      ]);
      expect(both.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
      expect(await unsubscriptions.leave(portal, leaving("anna", 5, "mail"))).toMatchObject({
        isNew: false,
        at: at(1),
      });
      expect(await unsubscriptions.among(portal, ["anna@c.example", "boris@c.example"])).toHaveLength(1);
      expect(await unsubscriptions.among(other, ["anna@c.example"])).toEqual([]);
      expect(await unsubscriptions.among(portal, [])).toEqual([]);
      expect(await unsubscriptions.end(other, "anna@c.example", at(6), "7")).toBe(false);
      expect(await unsubscriptions.end(portal, "anna@c.example", at(6), "7")).toBe(true);
      expect(await unsubscriptions.end(portal, "anna@c.example", at(6), "7")).toBe(false);
      expect(await unsubscriptions.among(portal, ["anna@c.example"])).toEqual([]);
      const anew = await unsubscriptions.leave(portal, { ...leaving("anna", 9, "agent"), by: "7" });
      expect(anew).toEqual({ address: "ANNA@c.example", at: at(9), how: "agent", by: "7", isNew: true, isBack: false });
    });

    it("is not noted of those who came back after what it is said of", async () => {
      const { portal } = await place(use());
      const { unsubscriptions } = use();
      await unsubscriptions.leave(portal, { ...leaving("anna", 1, "complaint"), about: at(0) });
      await unsubscriptions.end(portal, "anna@c.example", at(3), "7");
      const late = { ...leaving("anna", 5, "complaint"), about: at(2) };
      expect(await unsubscriptions.leave(portal, late)).toMatchObject({ isNew: false, isBack: true });
      expect(await unsubscriptions.among(portal, ["anna@c.example"])).toEqual([]);
      expect(await unsubscriptions.leave(portal, { ...late, about: at(4) })).toMatchObject({ isNew: true, at: at(5) });
      expect(await unsubscriptions.leave(portal, { ...late, about: at(2) })).toMatchObject({
        isNew: false,
        isBack: false,
      });
    });

    it("is listed, the latest first, by a part of the address, a page at a time", async () => {
      const { portal } = await place(use());
      const { unsubscriptions } = use();
      for (const [minute, name] of ["anna", "boris", "joanna", "gone"].entries())
        await unsubscriptions.leave(portal, leaving(name, minute));
      await unsubscriptions.end(portal, "gone@c.example", at(9));
      const listed = async (page: object) =>
        (await unsubscriptions.list(portal, { limit: 10, ...page })).map(({ address }) => address.split("@")[0]);
      expect(await listed({})).toEqual(["JOANNA", "BORIS", "ANNA"]);
      expect(await listed({ search: " ANN " })).toEqual(["JOANNA", "ANNA"]);
      expect(await listed({ search: "%" })).toEqual([]);
      expect(await listed({ before: at(1) })).toEqual(["ANNA"]);
      expect(await listed({ limit: 1 })).toEqual(["JOANNA"]);
    });

    it("keeps links that readers may still follow, whatever the age that a portal keeps", async () => {
      const { portal } = await place(use());
      const { unsubscriptions } = use();
      const letter = { portal, originKey: `surface:${randomUUID()}`, sender: "Shop", recipients: ["a@c.example"] };
      const link = await unsubscriptions.begin(letter);
      expect(await unsubscriptions.forget(portal, new Date(Date.now() + 60_000), 10)).toBe(0);
      expect(await unsubscriptions.link(link.id)).toBeDefined();
    });
  });
}
