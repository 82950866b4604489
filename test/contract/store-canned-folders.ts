import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cannedFolderId, cannedReplyId, type PortalId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { place } from "./store-fixtures.ts";

/** Where canned replies lie. */
export function cannedFolderTests(use: () => Store): void {
  const newFolder = (name: string, ownerId?: string) => ({
    ...{ id: cannedFolderId(randomUUID()), name, changedBy: "1" },
    ...(ownerId !== undefined && { ownerId }),
  });
  const newReply = (shortcut: string, ownerId?: string) => ({
    ...{ id: cannedReplyId(randomUUID()), shortcut, text: `Words of ${shortcut}.`, changedBy: "1" },
    ...(ownerId !== undefined && { ownerId }),
  });
  const lying = async (portal: PortalId, user = "5") =>
    (await use().cannedReplies.list(portal, user)).map(({ shortcut, folder }) => [shortcut, folder?.name]);

  describe("folders of canned replies", () => {
    it("are everybody's or one person's own, by name, each name once without regard to case", async () => {
      const { portal } = await place(use());
      const { portal: other } = await place(use());
      const { cannedFolders } = use();
      const payments = newFolder("Payments");
      for (const folder of [payments, newFolder("hours"), newFolder("Mine", "5"), newFolder("mine", "6")])
        expect((await cannedFolders.put(portal, folder)).kind).toBe("stored");
      expect((await cannedFolders.list(portal, "5")).map(({ name }) => name)).toEqual(["hours", "Mine", "Payments"]);
      expect((await cannedFolders.put(portal, newFolder("HOURS"))).kind).toBe("taken");
      expect((await cannedFolders.put(portal, { ...payments, name: "hours" })).kind).toBe("taken");
      expect((await cannedFolders.put(portal, newFolder("hours", "5"))).kind).toBe("stored");
      expect(await cannedFolders.put(portal, { ...payments, name: "Pay\0ing", changedBy: "2" })).toMatchObject({
        kind: "stored",
        folder: { id: payments.id, name: "Pay\uFFFDing", changedBy: "2" },
      });
      for (const [where, folder] of [
        [other, payments],
        [portal, { ...payments, ownerId: "5" }],
        [portal, { ...payments, id: cannedFolderId("rubbish") }],
      ] as const)
        expect((await cannedFolders.put(where, folder)).kind).toBe("foreign");
      expect(await cannedFolders.find(other, payments.id)).toBeUndefined();
      expect(await cannedFolders.remove(other, payments.id, "delete")).toBeUndefined();
      expect((await cannedFolders.find(portal, payments.id))?.ownerId).toBeUndefined();
    });

    it("hold replies of the same owner alone, which lie where they were put until they are put elsewhere", async () => {
      const { portal } = await place(use());
      const { portal: other } = await place(use());
      const { cannedReplies, cannedFolders } = use();
      const [payments, mine, foreign] = [newFolder("Payments"), newFolder("Mine", "5"), newFolder("Foreign")];
      await cannedFolders.put(portal, payments);
      await cannedFolders.put(portal, mine);
      await cannedFolders.put(other, foreign);
      const card = newReply("card");
      expect((await cannedReplies.put(portal, { ...card, folder: payments.id })).kind).toBe("stored");
      expect(await lying(portal)).toEqual([["card", "Payments"]]);
      // Changed without a word of folders: it stays.
      expect(await cannedReplies.put(portal, { ...card, text: "By card." })).toMatchObject({
        reply: { text: "By card.", folder: { id: payments.id, name: "Payments" } },
      });
      for (const folder of [mine.id, foreign.id, cannedFolderId(randomUUID()), cannedFolderId("rubbish")]) {
        expect((await cannedReplies.put(portal, { ...card, folder })).kind).toBe("no-folder");
        expect((await cannedReplies.move(portal, card.id, folder, "2")).kind).toBe("no-folder");
      }
      expect((await cannedReplies.move(other, card.id, foreign.id, "2")).kind).toBe("foreign");
      expect(await lying(portal)).toEqual([["card", "Payments"]]);
      expect(await cannedReplies.move(portal, card.id, null, "2")).toMatchObject({
        kind: "stored",
        reply: { text: "By card.", changedBy: "2" },
      });
      expect(await lying(portal)).toEqual([["card", undefined]]);
      const own = newReply("own", "5");
      await cannedReplies.put(portal, own);
      expect((await cannedReplies.move(portal, own.id, payments.id, "5")).kind).toBe("no-folder");
      expect((await cannedReplies.move(portal, own.id, mine.id, "5")).kind).toBe("stored");
      await cannedFolders.put(portal, { ...mine, name: "My own" });
      expect(await lying(portal)).toContainEqual(["own", "My own"]);
    });

    it("are deleted with their replies or without, and come back with them", async () => {
      const { portal } = await place(use());
      const { cannedReplies, cannedFolders } = use();
      const folder = newFolder("Payments");
      const [card, cash, loose] = [newReply("card"), newReply("cash"), newReply("loose")];
      await cannedFolders.put(portal, folder);
      for (const reply of [card, cash]) await cannedReplies.put(portal, { ...reply, folder: folder.id });
      await cannedReplies.put(portal, loose);
      expect(await cannedFolders.remove(portal, folder.id, "must-be-empty")).toEqual({ kind: "not-empty", count: 2 });
      const gone = await cannedFolders.remove(portal, folder.id, "keep");
      expect(gone).toMatchObject({ kind: "removed", replies: [{ shortcut: "card" }, { shortcut: "cash" }] });
      expect(await lying(portal)).toEqual(["card", "cash", "loose"].map((shortcut) => [shortcut, undefined]));
      expect(await cannedFolders.remove(portal, folder.id, "keep")).toBeUndefined();

      expect((await cannedFolders.put(portal, folder, [card, cash])).kind).toBe("stored");
      const whole = [
        ["card", "Payments"],
        ["cash", "Payments"],
        ["loose", undefined],
      ];
      expect(await lying(portal)).toEqual(whole);
      await cannedFolders.remove(portal, folder.id, "delete");
      expect(await lying(portal)).toEqual([["loose", undefined]]);
      await cannedFolders.put(portal, folder, [card, cash]);
      expect(await lying(portal)).toEqual(whole);
      expect(await cannedFolders.remove(portal, folder.id, "must-be-empty")).toMatchObject({ kind: "not-empty" });
    });

    it("that are deleted while a reply is put into them take it along, or leave it where it was", async () => {
      const { portal } = await place(use());
      const { cannedReplies, cannedFolders } = use();
      for (let round = 0; round < 5; round += 1) {
        const [folder, reply] = [newFolder(`f${round}`), newReply(`r${round}`)];
        await cannedFolders.put(portal, folder);
        await cannedReplies.put(portal, reply);
        const [moved, removed] = await Promise.all([
          cannedReplies.move(portal, reply.id, folder.id, "1"),
          cannedFolders.remove(portal, folder.id, "delete"),
        ]);
        if (removed?.kind !== "removed") throw new Error("not removed");
        const left = await cannedReplies.find(portal, reply.id);
        expect([moved.kind, removed.replies.length, left?.shortcut, left?.folder]).toEqual(
          removed.replies.length > 0
            ? ["stored", 1, undefined, undefined]
            : ["no-folder", 0, reply.shortcut, undefined],
        );
      }
    });

    it("come back wholly or not at all", async () => {
      const { portal } = await place(use());
      const { portal: other } = await place(use());
      const { cannedReplies, cannedFolders } = use();
      const folder = newFolder("Payments");
      const [card, cash, foreign] = [newReply("card"), newReply("cash"), newReply("foreign")];
      await cannedReplies.put(portal, newReply("Cash"));
      await cannedReplies.put(other, foreign);
      const taken = await cannedFolders.put(portal, folder, [card, cash]);
      expect(taken).toEqual({ kind: "shortcut-taken", shortcut: "cash" });
      expect((await cannedFolders.put(portal, folder, [card, foreign])).kind).toBe("foreign");
      expect(await lying(portal)).toEqual([["Cash", undefined]]);
      expect(await cannedFolders.list(portal, "5")).toEqual([]);
    });
  });
}
