import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type ConversationId, mediaId, type PortalId } from "../../src/domain/ids.ts";
import type { WaitingFile } from "../../src/store/contract/messages.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, place, reply } from "./store-fixtures.ts";

/** Files that wait for their message. */
export function fileTests(use: () => Store): void {
  describe("files that wait for their message", () => {
    it("are that person's in that conversation, and are found by their links while they wait", async () => {
      const { portal, conversation } = await begin(use());
      const file = await put(use(), portal, conversation);
      const asked = { portal, conversation, userId: "5" };
      expect(await use().media.waiting(asked, [file.id, mediaId(randomUUID())])).toEqual([file]);
      expect(await use().media.waiting({ ...asked, userId: "7" }, [file.id])).toEqual([]);
      const other = await begin(use());
      expect(await use().media.waiting({ ...asked, conversation: other.conversation }, [file.id])).toEqual([]);
      expect(await use().media.waiting({ ...asked, portal: other.portal }, [file.id])).toEqual([]);
      expect(await use().media.find(file.id)).toMatchObject({ id: file.id, portal, name: "a.png" });
    });

    it("go to the message that is accepted with them, all or none", async () => {
      const { portal, conversation } = await begin(use());
      const [one, two] = [await put(use(), portal, conversation), await put(use(), portal, conversation)];
      const row = reply(portal, conversation, { originKey: "surface:1" });
      const first = await use().messages.acceptReply({ ...row, files: [one.id] });
      if (first.kind !== "stored") throw new Error("not stored");
      expect((await use().media.find(one.id))?.message).toBe(first.message);
      const late = reply(portal, conversation, { originKey: "surface:2" });
      expect(await use().messages.acceptReply({ ...late, files: [one.id, two.id] })).toEqual({ kind: "unknown" });
      expect((await use().media.find(two.id))?.message).toBeUndefined();
      expect(await use().messages.findByOrigin(portal, "surface:2")).toBeUndefined();
      expect(await use().messages.acceptReply({ ...row, files: [one.id] })).toEqual({ kind: "duplicate" });
      expect((await use().messages.findByOrigin(portal, "surface:1"))?.id).toBe(first.message);
    });

    it("are removed when they waited too long, and with their account and portal", async () => {
      const { portal, account, conversation } = await begin(use());
      const old = await put(use(), portal, conversation);
      const later = new Date(Date.now() + 1_000);
      expect(await use().media.dropWaiting(portal, new Date(Date.now() - 60_000))).toBe(0);
      expect(await use().media.dropWaiting((await begin(use())).portal, later)).toBe(0);
      expect(await use().media.dropWaiting(portal, later)).toBe(1);
      expect(await use().journal.removedFiles(portal, 10)).toEqual([old.id]);
      const one = await put(use(), portal, conversation);
      expect(await use().accounts.delete(portal, account)).toEqual([one.id]);
      const next = await begin(use());
      const other = await put(use(), next.portal, next.conversation);
      expect((await use().portals.erase(next.portal)).media).toEqual([other.id]);
    });
  });
}

async function begin(store: Store) {
  const { portal, account } = await place(store);
  const accepted = await accept(store, inbound(account));
  return { portal, account: account.id, conversation: accepted.conversation };
}

async function put(store: Store, portal: PortalId, conversation: ConversationId): Promise<WaitingFile> {
  const file: WaitingFile = {
    ...{ id: mediaId(randomUUID()), portal, conversation, userId: "5", kind: "photo" as const },
    ...{ name: "a.png", mime: "image/png", size: 3 },
  };
  await store.media.createWaiting(file);
  return file;
}
