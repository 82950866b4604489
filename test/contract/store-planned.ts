import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { mediaId, plannedId } from "../../src/domain/ids.ts";
import type { NewPlanned } from "../../src/store/contract/planned.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, place } from "./store-fixtures.ts";

/** What is sent later, and what stands below letters. */
export function plannedTests(use: () => Store): void {
  const setUp = async () => {
    const { portal, account } = await place(use());
    const { conversation } = await accept(use(), inbound(account));
    const plan = (more: Partial<NewPlanned> = {}) =>
      use().planned.add({
        ...{ portal, conversation, authorId: "5", clientId: randomUUID(), content: content("later"), files: [] },
        ...{ sendAt: new Date("2020-01-01T12:00:00Z"), ...more },
      });
    return { portal, account, conversation, plan };
  };
  const made = async (outcome: ReturnType<Awaited<ReturnType<typeof setUp>>["plan"]>) => {
    const stored = await outcome;
    if (stored.kind !== "stored") throw new Error(stored.kind);
    return stored.planned;
  };
  const waiting = async (portal: NewPlanned["portal"], conversation: NewPlanned["conversation"]) => {
    const id = mediaId(randomUUID());
    const file = { name: "a.txt", mime: "text/plain", size: 3, kind: "file" as const };
    await use().media.createWaiting({ id, portal, conversation, userId: "5", ...file });
    return id;
  };

  describe("messages that are sent later", () => {
    it("are listed by their time, once under a client id, which is nobody else's", async () => {
      const { portal, conversation, plan } = await setUp();
      const clientId = randomUUID();
      const second = await made(plan({ clientId, sendAt: new Date("2020-01-03T12:00:00Z") }));
      const first = await made(plan());
      expect(await use().planned.list(portal, conversation)).toEqual([first, second]);
      expect(await plan({ clientId })).toEqual({ kind: "known", planned: second });
      expect((await plan({ clientId, authorId: "6" })).kind).toBe("foreign");
      expect(await use().planned.find(portal, first.id)).toEqual(first);
      expect(await use().planned.find((await place(use())).portal, first.id)).toBeUndefined();
      expect(await use().planned.find(portal, plannedId("rubbish"))).toBeUndefined();
    });

    it("are taken when they are due, by one, who then has them alone", async () => {
      const { portal, plan } = await setUp();
      const due = await made(plan({ sendAt: new Date("2001-01-01T00:00:00Z") }));
      const later = await made(plan({ sendAt: new Date("2001-01-03T00:00:00Z") }));
      const now = new Date("2001-01-02T00:00:00Z");
      const mine = async () => (await use().planned.take(now, 100)).filter((one) => one.portal === portal);
      const [one, other] = await Promise.all([mine(), mine()]);
      expect([...one, ...other].map(({ id }) => id)).toEqual([due.id]);
      expect(await use().planned.cancel(portal, due.id, "5")).toBe(false);
      expect(await use().planned.cancel(portal, later.id, "5")).toBe(true);
      expect(await use().planned.cancel(portal, later.id, "5")).toBe(false);
      await use().planned.end(portal, due.id, "The account is off.");
      expect((await use().planned.find(portal, due.id))?.trouble).toBe("The account is off.");
      expect(await mine()).toEqual([]);
      expect(await use().planned.cancel(portal, due.id, "5")).toBe(true);
    });

    it("keep their files for as long as they wait", async () => {
      const { portal, conversation, plan } = await setUp();
      const file = await waiting(portal, conversation);
      const planned = await made(plan({ files: [file] }));
      const who = { portal, conversation, userId: "5" };
      expect(await use().media.waiting(who, [file])).toEqual([]);
      expect((await plan({ files: [file] })).kind).toBe("no-file");
      expect(await use().media.dropWaiting(portal, new Date(Date.now() + 1_000))).toBe(0);
      const reply = {
        ...{ portal, conversation, kind: "message" as const, originKey: `surface:${planned.clientId}` },
        origin: { by: "surface" as const, clientId: planned.clientId, authorId: "5" },
        ...{ content: planned.content, sentAt: new Date(), files: [file] },
      };
      expect((await use().messages.acceptReply(reply)).kind).toBe("stored");
      await use().planned.end(portal, planned.id);
      expect(await use().planned.list(portal, conversation)).toEqual([]);
      expect((await use().media.find(file))?.message).toBeDefined();
      const other = await waiting(portal, conversation);
      const given = await made(plan({ files: [other] }));
      const other5 = { portal, conversation, userId: "5" };
      await use().planned.cancel(portal, given.id, "6");
      // Whoever took it back may send them in another message.
      expect(await use().media.waiting(other5, [other])).toEqual([]);
      expect(await use().media.waiting({ ...other5, userId: "6" }, [other])).toMatchObject([{ id: other }]);
      expect(await use().media.dropWaiting(portal, new Date(Date.now() + 1_000))).toBe(1);
    });
  });

  describe("signatures", () => {
    it("are one person's each, and gone when they are empty", async () => {
      const { portal } = await place(use());
      const { signatures } = use();
      await signatures.put(portal, "5", "Best");
      await signatures.put(portal, "5", "Best, {{ agent.name }}\0");
      expect(await signatures.of(portal, "5")).toBe("Best, {{ agent.name }}\uFFFD");
      expect(await signatures.of(portal, "6")).toBeUndefined();
      expect(await signatures.of((await place(use())).portal, "5")).toBeUndefined();
      await signatures.put(portal, "5", "");
      expect(await signatures.of(portal, "5")).toBeUndefined();
    });
  });
}
