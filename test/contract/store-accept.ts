import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accountId, laneOf } from "../../src/domain/ids.ts";
import type { Accepted } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, livingOwner, newAccount, newPortalId, place, stored } from "./store-fixtures.ts";

const kinds = (results: readonly Accepted[]) => results.map((result) => result.kind);

/** The way in: nothing lost, nothing doubled, order kept. */
export function acceptTests(use: () => Store): void {
  describe("accepting what a channel tells", () => {
    it("makes the conversation, keeps the message as it came and makes the lane due", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account, { album: "album-1", notBefore: new Date("2026-01-01T00:00:00.250Z") });
      const result = await accept(use(), row);
      expect(result).toMatchObject({ lane: laneOf("in", result.conversation, portal), due: true });
      expect(await use().conversations.find(portal, result.conversation)).toMatchObject({
        portal,
        account: account.id,
        externalChatId: "chat-1",
        customer: row.customer,
        open: false,
      });
      expect(await use().messages.find(portal, result.message)).toMatchObject({
        id: result.message,
        portal,
        account: account.id,
        conversation: result.conversation,
        direction: "in",
        kind: "message",
        externalIds: [row.externalId],
        content: row.content,
        album: "album-1",
        origin: { by: "channel" },
        state: "stored",
        attempts: 0,
        sentAt: row.sentAt,
        nextAt: row.notBefore,
      });
      expect(await use().lanes.due(row.notBefore, 10_000)).toContain(result.lane);
      expect(await use().lanes.due(new Date(row.notBefore.getTime() - 1), 10_000)).not.toContain(result.lane);
    });

    it("answers in the order of the rows, many chats and duplicates mixed, and numbers each chat in that order", async () => {
      const { portal, account } = await place(use());
      const second = await newAccount(use(), portal, "2");
      const rows = Array.from({ length: 60 }, (_, n) =>
        inbound(n % 3 === 0 ? second : account, { chatId: `chat-${n % 7}`, content: content(`text ${n}`) }),
      );
      const given = rows.flatMap((row, n) => (n % 10 === 9 && rows[n - 5] ? [row, rows[n - 5] ?? row] : [row]));
      const results = await use().messages.acceptInbound(given);
      const seen = new Set<string>();
      for (const [n, row] of given.entries()) {
        expect(results[n]?.kind).toBe(seen.has(row.key) ? "duplicate" : "stored");
        if (!seen.has(row.key)) {
          const message = await use().messages.find(portal, stored(results[n]).message);
          expect(message).toMatchObject({ account: row.account, content: row.content, externalIds: [row.externalId] });
        }
        seen.add(row.key);
      }
      for (const conversation of await use().conversations.list(portal, { limit: 100 })) {
        const told = rows.filter(
          (row) => row.account === conversation.account && row.chatId === conversation.externalChatId,
        );
        const kept = await use().messages.journal(portal, { conversation: conversation.id, limit: 100 });
        expect(kept.map((message) => message.content.body.text)).toEqual(told.map((row) => row.content.body.text));
      }
    });

    it("says which messages made their lane due: the others are found by whom those wake", async () => {
      const { account } = await place(use());
      const owner = await livingOwner(use());
      const at = (ms: number) => ({ notBefore: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, ms)) });
      const { lane, due } = await accept(use(), inbound(account, at(500)));
      expect(due).toBe(true);
      expect((await accept(use(), inbound(account, at(500)))).due).toBe(false);
      expect((await accept(use(), inbound(account, at(700)))).due).toBe(false);
      expect((await accept(use(), inbound(account, at(0)))).due).toBe(true);
      await use().lanes.take(lane, owner, 10);
      const group = await use().messages.acceptInbound([inbound(account, at(900)), inbound(account, at(800))]);
      expect(group.map((each) => stored(each).due)).toEqual([false, true]);
    });

    it("keeps one row when many tell the same thing at once", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account);
      const results = (await Promise.all(Array.from({ length: 12 }, () => use().messages.acceptInbound([row])))).flat();
      expect(kinds(results).sort()).toEqual([...Array(11).fill("duplicate"), "stored"]);
      expect(await use().messages.journal(portal, { limit: 10 })).toHaveLength(1);
    });

    it("loses nothing and locks nobody out when calls cross on the same chats in other orders", async () => {
      const { portal, account } = await place(use());
      const chats = Array.from({ length: 8 }, (_, n) => `chat-${n}`);
      const calls = Array.from({ length: 16 }, (_, call) => {
        const ordered = call % 2 === 0 ? chats : chats.toReversed();
        return use().messages.acceptInbound(ordered.map((chatId) => inbound(account, { chatId })));
      });
      const waking = Array.from({ length: 8 }, () => use().lanes.wakeAll(portal));
      const results = (await Promise.all(calls)).flat();
      await Promise.all(waking);
      expect(new Set(kinds(results))).toEqual(new Set(["stored"]));
      expect(await use().messages.journal(portal, { limit: 500 })).toHaveLength(128);
    });

    it("never shows a later message of a conversation before an earlier one", async () => {
      const { portal, account } = await place(use());
      const { conversation } = await accept(use(), inbound(account));
      let accepting = true;
      const seen: number[][] = [];
      const reader = (async () => {
        while (accepting)
          seen.push(
            (await use().messages.journal(portal, { conversation, limit: 1000 })).map((message) => message.seq),
          );
      })();
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let n = 0; n < 10; n++) await accept(use(), inbound(account));
        }),
      );
      accepting = false;
      await reader;
      for (const [n, later] of seen.entries())
        expect(later.slice(0, seen[n - 1]?.length ?? 0)).toEqual(seen[n - 1] ?? []);
      expect(await use().messages.journal(portal, { conversation, limit: 1000 })).toHaveLength(81);
    });

    it("follows a customer who changes the name, and keeps a phone told once", async () => {
      const { portal, account } = await place(use());
      const person = { externalId: "p", name: "Ann", lastName: "Lee", username: "ann" };
      const { conversation } = await accept(use(), inbound(account, { customer: person }));
      await accept(use(), inbound(account, { customer: { ...person, phone: "+100" } }));
      await use().messages.acceptInbound([
        inbound(account, { customer: { externalId: "p", name: "Anna", lastName: "Li", language: "en" } }),
        inbound(account, { customer: { externalId: "p", name: "Anna", email: "a@b.c" } }),
      ]);
      expect((await use().conversations.find(portal, conversation))?.customer).toEqual({
        externalId: "p",
        name: "Anna",
        phone: "+100",
        language: "en",
        email: "a@b.c",
      });
    });

    it("does not let a repeated event bring back an old name", async () => {
      const { portal, account } = await place(use());
      const first = inbound(account);
      const { conversation } = await accept(use(), first);
      await accept(use(), inbound(account, { customer: { externalId: "person-1", name: "New" } }));
      expect(kinds(await use().messages.acceptInbound([first]))).toEqual(["duplicate"]);
      expect((await use().conversations.find(portal, conversation))?.customer.name).toBe("New");
    });

    it("remembers when the customer wrote last, and takes nobody else's words for theirs", async () => {
      const { portal, account } = await place(use());
      const at = (second: number) => ({ sentAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)) });
      const last = async () => {
        const [conversation] = await use().conversations.list(portal, { limit: 1 });
        return conversation?.lastInboundAt;
      };
      const phone = inbound(account, { ...at(9), fromDevice: true });
      const { message } = await accept(use(), phone);
      expect(await use().messages.find(portal, message)).toMatchObject({ direction: "in", origin: { by: "device" } });
      expect(await last()).toBeUndefined();
      await accept(use(), inbound(account, { ...at(8), content: { ...content("joined"), notice: "joined" } }));
      expect(await last()).toBeUndefined();
      await use().messages.acceptInbound([inbound(account, at(5)), inbound(account, at(3)), phone]);
      expect(await last()).toEqual(at(5).sentAt);
      await accept(use(), inbound(account, at(4)));
      expect(await last()).toEqual(at(5).sentAt);
      await accept(use(), inbound(account, { sentAt: new Date("2900-01-01") }));
      expect(Math.abs(((await last())?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it("keeps a group apart from a person, and its name when a member edits", async () => {
      const { portal, account } = await place(use());
      const group = { externalId: "g", name: "Family" };
      const row = inbound(account, { group: true, customer: group });
      const { conversation } = await accept(use(), row);
      const person = await accept(use(), inbound(account, { chatId: "alone" }));
      await accept(
        use(),
        inbound(account, {
          kind: "edit",
          externalId: row.externalId,
          content: content("new"),
          customer: { externalId: "p", name: "Ann" },
        }),
      );
      expect(await use().conversations.find(portal, conversation)).toMatchObject({ group: true, customer: group });
      expect(await use().conversations.find(portal, person.conversation)).not.toHaveProperty("group");
    });

    it("knows no account that is gone or another portal's, and still takes the others of the call", async () => {
      const { account } = await place(use());
      const rows = [
        inbound(account, { account: accountId(randomUUID()) }),
        inbound(account, { portal: newPortalId() }),
        inbound(account, { account: accountId("rubbish") }),
        inbound(account),
      ];
      expect(kinds(await use().messages.acceptInbound(rows))).toEqual(["unknown", "unknown", "unknown", "stored"]);
      expect(await use().messages.acceptInbound([])).toEqual([]);
    });

    it("survives an account that is deleted at the same moment", async () => {
      const { portal, account } = await place(use());
      const [results] = await Promise.all([
        Promise.all(
          Array.from({ length: 10 }, (_, n) => use().messages.acceptInbound([inbound(account, { chatId: `c${n}` })])),
        ),
        use().accounts.delete(portal, account.id),
      ]);
      for (const kind of kinds(results.flat())) expect(["stored", "unknown"]).toContain(kind);
      expect(await use().messages.journal(portal, { limit: 100 })).toEqual([]);
    });

    it("holds what comes to an account that is off, or whose portal is off, until it is woken; a line is not needed", async () => {
      const { portal, account } = await place(use());
      const far = new Date("2100-01-01");
      const heldNow = async () => {
        const { lane, due } = await accept(use(), inbound(account, { chatId: randomUUID() }));
        expect((await use().lanes.due(far, 100_000)).includes(lane)).toBe(due);
        return !due;
      };
      expect(await heldNow()).toBe(false);
      await use().accounts.update(portal, account.id, { enabled: false });
      expect(await heldNow()).toBe(true);
      await use().accounts.update(portal, account.id, { enabled: true, line: null });
      expect(await heldNow()).toBe(false);
      await use().accounts.update(portal, account.id, { line: "1" });
      await use().portals.update(portal, { active: false });
      expect(await heldNow()).toBe(true);
      await use().portals.update(portal, { active: true });
      expect(await heldNow()).toBe(false);
      expect(await use().lanes.wakeAll(portal, account.id)).toHaveLength(5);
    });

    it("wakes everything that came while the account was being switched on", async () => {
      const { portal, account } = await place(use());
      await use().accounts.update(portal, account.id, { enabled: false });
      const accepting = Promise.all(
        Array.from({ length: 20 }, (_, n) => accept(use(), inbound(account, { chatId: `c${n}` }))),
      );
      await use().accounts.update(portal, account.id, { enabled: true });
      await use().lanes.wakeAll(portal, account.id);
      const lanes = (await accepting).map((each) => each.lane);
      expect(await use().lanes.due(new Date("2100-01-01"), 100_000)).toEqual(expect.arrayContaining(lanes));
    });

    it("takes any text, id and date that a vendor may send", async () => {
      const { portal, account } = await place(use());
      const hostile = `a\0b\ud800c\\u0000 '"; \u202e😀`;
      const long = "x".repeat(5_000);
      const rows = [
        inbound(account, {
          key: hostile,
          externalId: hostile,
          chatId: hostile,
          content: content(hostile),
          album: hostile,
          customer: { externalId: hostile, name: hostile },
        }),
        inbound(account, { key: `${long}1`, externalId: `${long}1`, chatId: long }),
        inbound(account, {
          key: `${long}2`,
          externalId: `${long}2`,
          chatId: long,
          sentAt: new Date(Number.NaN),
          notBefore: new Date(8.64e15),
        }),
      ];
      const results = await use().messages.acceptInbound(rows);
      expect(kinds(results)).toEqual(["stored", "stored", "stored"]);
      expect(kinds(await use().messages.acceptInbound(rows))).toEqual(["duplicate", "duplicate", "duplicate"]);
      const kept = await use().messages.find(portal, stored(results[0]).message);
      expect(kept?.content.body.text).toBe(hostile.replace("\0", "\ufffd").replace("\ud800", "\ufffd"));
      expect((await use().messages.findByExternal(account.id, hostile))?.id).toBe(kept?.id);
      expect((await use().messages.findByExternal(account.id, `${long}2`))?.id).toBe(stored(results[2]).message);
      expect((await use().conversations.findByExternalChat(account.id, hostile))?.id).toBe(kept?.conversation);
      expect(stored(results[1]).conversation).toBe(stored(results[2]).conversation);
    });
  });
}
