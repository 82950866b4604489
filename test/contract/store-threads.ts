import { describe, expect, it } from "vitest";
import type { ConversationId, MessageId, PortalId } from "../../src/domain/ids.ts";
import type { ThreadQuery } from "../../src/store/contract/threads.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, content, inbound, newAccount, newPortalId, place, reply, stored } from "./store-fixtures.ts";

/** Conversations as they are read: several as one column. */
export function threadTests(use: () => Store): void {
  /** Two channels of one customer that take turns, and a stranger between them. */
  async function column() {
    const { portal, account } = await place(use());
    const other = await newAccount(use(), portal);
    const day = (n: number) => new Date(Date.UTC(2026, 0, n, 12));
    const rows: { conversation: ConversationId; message: MessageId }[] = [];
    for (let n = 1; n <= 9; n += 1) {
      const of = n % 2 === 1 ? account : other;
      rows.push(await accept(use(), inbound(of, { content: content(`${n}`), sentAt: day(n) })));
      await accept(use(), inbound(of, { chatId: "stranger", content: content("not this"), sentAt: day(n) }));
    }
    const [first, second] = rows;
    if (!first || !second) throw new Error("nothing was accepted");
    return { portal, account, rows, both: [first.conversation, second.conversation], day };
  }
  const texts = async (portal: PortalId, query: Omit<ThreadQuery, "limit"> & { readonly limit?: number }) =>
    (await use().threads.page(portal, { limit: 50, ...query })).map((row) => row.content.body.text).join(" ");
  const seqOf = async (portal: PortalId, message: MessageId | undefined) => {
    const found = message && (await use().messages.find(portal, message));
    if (!found) throw new Error("It is gone");
    return found.seq;
  };

  describe("several conversations as one", () => {
    it("stand in the order in which their messages came, page by page in both directions", async () => {
      const { portal, rows, both } = await column();
      expect(await texts(portal, { conversations: both })).toBe("1 2 3 4 5 6 7 8 9");
      expect(await texts(portal, { conversations: both, limit: 4 })).toBe("6 7 8 9");
      const sixth = await seqOf(portal, rows[5]?.message);
      expect(await texts(portal, { conversations: both, before: sixth, limit: 3 })).toBe("3 4 5");
      expect(await texts(portal, { conversations: both, after: sixth, limit: 2 })).toBe("7 8");
      const second = await seqOf(portal, rows[1]?.message);
      expect(await texts(portal, { conversations: both, after: second, before: sixth, limit: 2 })).toBe("4 5");
      expect(await texts(portal, { conversations: both.slice(1) })).toBe("2 4 6 8");
      expect(await texts(portal, { conversations: [] })).toBe("");
      expect(await texts(portal, { conversations: ["rubbish" as ConversationId] })).toBe("");
    });

    it("are nobody else's: another portal's conversations are not there", async () => {
      const { both, rows } = await column();
      const stranger = newPortalId();
      expect(await texts(stranger, { conversations: both })).toBe("");
      expect(await use().threads.firstSince(stranger, both, new Date(0))).toBeUndefined();
      expect(
        await use().threads.changesOf(
          stranger,
          rows.map((row) => row.message),
        ),
      ).toEqual([]);
    });

    it("have their changes beside them, however long after they came", async () => {
      const { portal, account } = await place(use());
      const row = inbound(account);
      const first = await accept(use(), row);
      const change = (kind: "edit" | "reaction" | "delete") =>
        accept(use(), inbound(account, { kind, externalId: row.externalId, content: content(kind) }));
      const edit = await change("edit");
      const other = await accept(use(), inbound(account));
      const reaction = await change("reaction");
      const gone = await change("delete");
      const kinds = (await use().threads.changesOf(portal, [first.message])).map((one) => [one.id, one.kind]);
      expect(kinds).toEqual([
        [edit.message, "edit"],
        [reaction.message, "reaction"],
        [gone.message, "delete"],
      ]);
      expect(await use().threads.changesOf(portal, [other.message])).toEqual([]);
      expect(await use().threads.changesOf(portal, [])).toEqual([]);
      const page = (changes: boolean) =>
        use().threads.page(portal, { conversations: [first.conversation], changes, limit: 50 });
      expect((await page(false)).map((one) => one.kind)).toEqual(["message", "message"]);
      expect((await page(true)).map((one) => one.kind)).toEqual(["message", "edit", "message", "reaction", "delete"]);
    });

    it("begin a day with its first message, or the nearest after it", async () => {
      const { portal, rows, both, day } = await column();
      const since = async (at: Date, conversations = both) => {
        const seq = await use().threads.firstSince(portal, conversations, at);
        const all = await Promise.all(rows.map((row) => seqOf(portal, row.message)));
        return seq === undefined ? undefined : all.indexOf(seq) + 1;
      };
      expect(await since(day(4))).toBe(4);
      expect(await since(new Date(day(4).getTime() + 1))).toBe(5);
      expect(await since(day(4), both.slice(0, 1))).toBe(5);
      expect(await since(new Date(0))).toBe(1);
      expect(await since(day(10))).toBeUndefined();
      expect(await since(day(1), [])).toBeUndefined();
    });

    it("begin a day with what was sent next, also when it came late", async () => {
      const { portal, account } = await place(use());
      const now = Date.now();
      const at = (hours: number) => new Date(now - hours * 3_600_000);
      const first = await accept(use(), inbound(account, { sentAt: at(3) }));
      const late = await accept(use(), inbound(account, { sentAt: at(70) }));
      const third = await accept(use(), inbound(account, { sentAt: at(1) }));
      const since = (hours: number) => use().threads.firstSince(portal, [first.conversation], at(hours));
      expect(await since(2)).toBe(await seqOf(portal, third.message));
      expect(await since(80)).toBe(await seqOf(portal, late.message));
    });

    it("are looked through for what was said, not for who said it", async () => {
      const { portal, account, both } = await column();
      const answer = stored(
        await use().messages.acceptReply(
          reply(portal, both[0] as ConversationId, { content: content("We deliver on Friday, Ann") }),
        ),
      );
      await accept(use(), inbound(account, { content: content("On friday?") }));
      await accept(use(), inbound(account, { chatId: "stranger", content: content("friday too") }));
      const file = { kind: "file", name: "friday-plan.pdf", source: { by: "channel", ref: "1" } } as const;
      await accept(use(), inbound(account, { content: { ...content("See here"), attachments: [file] } }));
      const found = async (text: string, more: object = {}) =>
        (await use().journal.search(portal, { conversations: both, said: true, text, limit: 50, ...more })).rows.map(
          (row) => row.content.body.text,
        );
      expect(await found("FRIDAY")).toEqual(["See here", "On friday?", "We deliver on Friday, Ann"]);
      expect(await found("friday deliver")).toEqual(["We deliver on Friday, Ann"]);
      // Every message of the customer carries that name, and only one says it.
      expect(await found("ann")).toEqual(["We deliver on Friday, Ann"]);
      expect(await found("friday", { before: await seqOf(portal, answer.message) })).toEqual([]);
      const page = await use().journal.search(portal, {
        ...{ conversations: both, said: true, text: "friday", limit: 2 },
      });
      expect([page.rows.length, await found("friday", { before: page.next })]).toEqual([
        2,
        ["We deliver on Friday, Ann"],
      ]);
    });
  });

  it("conversations of a person are the newest first, and nobody else's", async () => {
    const { portal, account } = await place(use());
    const point = { kind: "phone", key: "+79035550001", shown: "+7", why: { by: "channel" }, linkable: true } as const;
    const talks: ConversationId[] = [];
    for (const chatId of ["one", "two", "three"]) {
      const { conversation } = await accept(use(), inbound(account, { chatId }));
      if (chatId !== "two") {
        await use().people.identify(portal, { conversation, points: [point], sharedByMoreThan: 5 });
        talks.unshift(conversation);
      }
    }
    const person = (await use().people.ofConversation(portal, talks[0] as ConversationId))?.id;
    if (!person) throw new Error("nobody");
    const ids = async (of: PortalId, limit: number) =>
      (await use().conversations.ofPerson(of, person, limit)).map((one) => one.id);
    expect(await ids(portal, 10)).toEqual(talks);
    expect(await ids(portal, 1)).toEqual(talks.slice(0, 1));
    expect(await ids(newPortalId(), 10)).toEqual([]);
  });
}
