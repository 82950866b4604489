import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import { accountId, mailId, mailThreadId, type PortalId } from "../../src/domain/ids.ts";
import { createAddressBook } from "../../src/mail/threads/addresses.ts";
import { contentPrint } from "../../src/mail/threads/content.ts";
import { type MailEnvelope, mailFacts } from "../../src/mail/threads/facts.ts";
import { groupMails } from "../../src/mail/threads/group-mails.ts";
import type { KeepRules, KeptMail, MailSighting } from "../../src/store/contract/mails.ts";
import type { Store } from "../../src/store/contract.ts";
import { factsOf } from "../mail/threads/case.ts";
import { identityCases } from "../mail/threads/identity-cases.ts";
import { threadCases } from "../mail/threads/thread-cases.ts";
import { accept, inbound, newAccount, newPortalId, place } from "./store-fixtures.ts";

const book = createAddressBook({
  domains: ["firm.example"],
  mailboxes: [],
  aliases: [],
  lists: ["team@lists.example"],
});
const day = (days: number) => new Date(Date.UTC(2026, 3, 1 + days, 9));

/** The index of all mails that were seen. */
export function mailTests(use: () => Store): void {
  let lastUid = 0;
  const seen = (envelope: MailEnvelope, changes: Partial<MailSighting> = {}): MailSighting => ({
    folder: "INBOX",
    uidValidity: 7,
    uid: ++lastUid,
    facts: mailFacts(
      { from: "ann@customer.example", to: "sales@firm.example", subject: "Offer", date: day(0), ...envelope },
      book,
    ),
    ...changes,
  });
  const world = async () => {
    const { portal, account } = await place(use());
    const keep = async (sightings: readonly MailSighting[], box: Account = account, rules: KeepRules = {}) => {
      const kept = await use().mails.keep(portal, box.id, sightings, rules);
      if (!kept) throw new Error("not kept");
      return kept;
    };
    const one = async (sighting: MailSighting, box: Account = account, rules: KeepRules = {}): Promise<KeptMail> => {
      const [kept] = (await keep([sighting], box, rules)).mails;
      if (!kept) throw new Error("not answered");
      return kept;
    };
    return { portal, account, keep, one };
  };
  const count = async (portal: PortalId) => (await use().portals.erase(portal)).rows;

  describe("mails that were seen", () => {
    it("are kept as they are, answered in the order in which they were given, and once", async () => {
      const { portal, keep } = await world();
      const sightings = [
        seen({
          messageId: "<B@x>",
          inReplyTo: "<A@x>",
          subject: "Re: Offer",
          date: day(1),
          cc: "bob@customer.example",
        }),
        seen({ messageId: "<A@x>" }),
        seen({ messageId: null, subject: null, date: null, to: null, from: null }),
      ];
      const first = await keep(sightings);
      expect(first.joins).toEqual([]);
      expect(first.mails.map(({ isNew, direction, isHandled }) => [isNew, direction, isHandled])).toEqual([
        [true, "in", false],
        [true, "in", false],
        [true, "internal", false],
      ]);
      const [answer, asked, nothing] = first.mails;
      if (!answer || !asked || !nothing) throw new Error("three were given");
      expect(asked.thread).toBe(asked.mail);
      expect(answer.thread).toBe(asked.mail);
      expect(nothing.thread).toBe(nothing.mail);
      expect(await use().mails.find(portal, answer.mail)).toEqual({
        id: answer.mail,
        thread: asked.mail,
        messageId: "B@x",
        references: ["A@x"],
        sender: "ann@customer.example",
        relayed: false,
        direction: "in",
        people: ["ann@customer.example", "bob@customer.example"],
        date: day(1),
        at: day(1),
        subject: "offer",
        isReply: true,
        isHandled: false,
      });
      expect((await use().mails.find(portal, nothing.mail))?.at.getTime()).toBeGreaterThan(day(0).getTime());

      const again = await keep(sightings);
      expect(again).toEqual({ joins: [], mails: first.mails.map((mail) => ({ ...mail, isNew: false })) });
      expect((await keep([...sightings, ...sightings])).mails).toHaveLength(6);
      expect(await keep([])).toEqual({ mails: [], joins: [] });
      expect(await count(portal)).toMatchObject({ mails: 3, mail_sightings: 3, mail_refs: 0 });
    });

    it("in several boxes and folders are one mail that lies in several places", async () => {
      const { portal, account, one } = await world();
      const shared = await newAccount(use(), portal);
      const first = await one(seen({ messageId: "<A@x>" }));
      const second = await one(seen({ messageId: "<a@X>", subject: "[team] Offer" }, { folder: "Архив" }));
      const third = await one(seen({ messageId: "<A@x>" }), shared);
      expect([second, third].map(({ mail, isNew }) => [mail, isNew])).toEqual([
        [first.mail, false],
        [first.mail, false],
      ]);
      const places = await use().mails.places(portal, first.mail);
      expect(places.map(({ account: box, folder }) => [box, folder]).sort()).toEqual(
        [
          [account.id, "INBOX"],
          [account.id, "Архив"],
          [shared.id, "INBOX"],
        ].sort(),
      );
      expect((await use().mails.withMessageId(portal, "<a@x>")).map(({ id }) => id)).toEqual([first.mail]);
      expect(await use().mails.withMessageId(portal, "<other@x>")).toEqual([]);
    });

    it("are no new ones when the folder counts anew, and what became of them stays", async () => {
      const { portal, account, keep } = await world();
      const mails: MailEnvelope[] = [{ messageId: "<A@x>" }, { messageId: null, subject: "Nameless" }];
      const before = await keep(mails.map((mail) => seen(mail)));
      await use().mails.handle(
        portal,
        before.mails.map(({ mail }) => ({ mail, class: "human" })),
      );
      const after = await keep(mails.map((mail, n) => seen(mail, { uidValidity: 8, uid: n + 1 })));
      expect(after.mails).toEqual(before.mails.map((mail) => ({ ...mail, isNew: false, isHandled: true })));
      for (const [n, { mail }] of after.mails.entries())
        expect(await use().mails.places(portal, mail)).toEqual([
          { account: account.id, folder: "INBOX", uidValidity: 8, uid: n + 1 },
        ]);
      expect(await use().mails.lastUid(portal, account.id, "INBOX", 8)).toBe(2);
      expect(await use().mails.lastUid(portal, account.id, "INBOX", 7)).toBeUndefined();
    });

    it("that leave a box stay known: moved to another folder they are no new ones", async () => {
      const { portal, account, one } = await world();
      const sighting = seen({ messageId: "<A@x>" });
      const first = await one(sighting);
      await use().mails.gone(portal, account.id, [sighting, { ...sighting, uid: 99_999 }]);
      expect(await use().mails.places(portal, first.mail)).toEqual([]);
      const moved = await one(seen({ messageId: "<A@x>" }, { folder: "Done" }));
      expect(moved).toEqual({ ...first, isNew: false });
    });

    it("take anything that a header may hold", async () => {
      const { portal, one } = await world();
      const wild = {
        messageId: `<${"i".repeat(900)}@x>`,
        references: Array.from({ length: 500 }, (_, n) => `<${n}@y>`),
        subject: `a\0b\ud800 ${"long ".repeat(2_000)}`,
        from: '"\0" <ann@customer.example>',
        to: Array.from({ length: 300 }, (_, n) => `c${n}@customer.example`),
      };
      const folder = `INBOX/${"ü".repeat(2_000)}`;
      const first = await one(seen(wild, { folder, uidValidity: 4_294_967_295, uid: 4_294_967_295 }));
      expect(await one(seen(wild, { folder, uidValidity: 4_294_967_295, uid: 4_294_967_295 }))).toEqual({
        ...first,
        isNew: false,
      });
      const kept = await use().mails.find(portal, first.mail);
      expect(kept?.people).toHaveLength(301);
      expect(kept?.references).toHaveLength(200);
    });
  });

  describe("threads of mails", () => {
    it("grow together when the mail between them comes late; the older id stays, and each given up leads there", async () => {
      const { portal, keep, one } = await world();
      const plain = (name: string, ...references: string[]) =>
        seen({ messageId: `<${name}@x>`, subject: name, references: references.map((one) => `<${one}@x>`) });
      const [a, b, c] = (await keep([plain("a"), plain("b"), plain("c")])).mails;
      if (!a || !b || !c) throw new Error("three were given");
      const late = await keep([plain("d", "b", "c")]);
      expect(late.mails[0]?.thread).toBe(b.thread);
      expect(late.joins).toEqual([{ kept: b.thread, givenUp: c.thread }]);
      const later = await keep([plain("e", "c", "a"), plain("f", "unseen")]);
      expect(later.mails[0]?.thread).toBe(a.thread);
      expect(later.joins).toEqual([{ kept: a.thread, givenUp: b.thread }]);
      for (const { thread } of [a, b, c]) expect(await use().mails.threadNow(portal, thread)).toBe(a.thread);
      const whole = await use().mails.thread(portal, c.thread, 10);
      expect(whole.map(({ subject }) => subject)).toEqual(["a", "b", "c", "d", "e"]);
      expect((await use().mails.thread(portal, a.thread, 2)).map(({ subject }) => subject)).toEqual(["d", "e"]);
      // What was not seen hangs on threads, too, also on one that was given up since.
      const [g] = (await keep([plain("g", "c", "unseen")])).mails;
      expect(g?.thread).toBe(a.thread);
      const h = await one(plain("unseen"));
      expect(h.thread).toBe(a.thread);
      expect((await use().mails.thread(portal, mailThreadId("12"), 10)).length).toBe(0);
    });

    it("tell every box which of its conversations go on as another one, until they do", async () => {
      const { portal, account, one } = await world();
      const second = await newAccount(use(), portal);
      const begun = await one(seen({ messageId: "<first@x>", subject: "One" }));
      const apart = await one(seen({ messageId: "<second@x>", subject: "Two" }), second);
      const talks = async (box: Account, chatId: string) =>
        (await accept(use(), inbound(box, { chatId }))).conversation;
      await talks(account, begun.thread);
      const conversation = await talks(second, apart.thread);
      const due = () => use().mails.outgrown(portal, second.id, [begun.thread]);
      expect(await due()).toEqual([]);
      // The letter between them is seen in the first box alone.
      await one(seen({ messageId: "<third@x>", references: "<first@x> <second@x>" }));
      expect(await due()).toEqual([{ kept: begun.thread, givenUp: apart.thread }]);
      expect(await use().mails.outgrown(portal, account.id, [begun.thread])).toEqual([]);
      await use().messages.applyMove(portal, second.id, { from: apart.thread, to: begun.thread, idsEnd: false });
      expect(await due()).toEqual([]);
      const theirs = { portal, account: account.id, externalChatId: begun.thread };
      expect((await use().conversations.elsewhere(theirs)).map(({ id }) => id)).toEqual([conversation]);
      expect(await use().conversations.elsewhere({ ...theirs, portal: newPortalId() })).toEqual([]);
      // A blind copy is of the same index, and of another channel.
      const copies = await use().accounts.create(portal, {
        ...{ channel: "bcc", name: "Copies", credentials: {}, settings: {}, webhookSecret: "s" },
        connection: { kind: "connected", sentence: "Connected." },
      });
      const copied = await talks(copies, begun.thread);
      expect((await use().conversations.elsewhere(theirs)).map(({ id }) => id)).toEqual([conversation]);
      await one(seen({ messageId: "<copy@x>" }), copies);
      expect(new Set((await use().conversations.elsewhere(theirs)).map(({ id }) => id))).toEqual(
        new Set([conversation, copied]),
      );
    });

    it.each([...identityCases, ...threadCases])("are what inspecting says: $name", async (golden) => {
      const { portal, account } = await place(use());
      const boxes = new Map([["", account]]);
      for (const { scope } of factsOf(golden)) if (!boxes.has(scope)) boxes.set(scope, await newAccount(use(), portal));
      const facts = factsOf(golden);
      const rules = { changedSubjectBeginsThread: golden.more?.changedSubjectBeginsThread === true };
      const ids: string[] = [];
      for (const { facts: one, scope } of facts) {
        const box = boxes.get(scope) ?? account;
        const kept = await use().mails.keep(portal, box.id, [seen({}, { facts: one })], {
          ...rules,
          apart: scope !== "",
        });
        ids.push(kept?.mails[0]?.mail ?? "");
      }
      const threads = await Promise.all(
        ids.map(async (id) => (await use().mails.find(portal, mailId(id)))?.thread ?? ""),
      );
      const lists = (names: readonly string[]) =>
        [...new Set(names)].map((name) => names.flatMap((other, n) => (other === name ? [n] : [])));
      const wanted = groupMails(facts, rules);
      expect({ messages: lists(ids), threads: lists(threads) }).toEqual({
        messages: wanted.messages,
        threads: wanted.threads,
      });
    });

    it("of a backlog wait for its end with what only subjects tell: folders come one after another", async () => {
      const { portal, keep } = await world();
      const ours = { from: "ivan@firm.example", to: "ann@customer.example" };
      const inbox = [
        seen({ messageId: "<jan@x>", subject: "Invoice", date: day(0) }),
        seen({ messageId: "<r1@x>", inReplyTo: "<feb@firm>", subject: "Re: Invoice", date: day(6) }),
        seen({ messageId: "<r2@x>", subject: "Re: Invoice", date: day(3) }),
      ];
      const sent = [seen({ ...ours, messageId: "<feb@firm>", subject: "Invoice", date: day(5) }, { folder: "Sent" })];
      const [jan, r1, r2] = (await keep(inbox, undefined, { isBacklog: true })).mails;
      const [feb] = (await keep(sent, undefined, { isBacklog: true })).mails;
      expect(r2?.thread).toBe(r2?.mail);
      const first = await use().mails.settle(portal, { limit: 1 });
      const second = await use().mails.settle(portal, { limit: 1, ...(first.next && { after: first.next }) });
      expect([...first.joins, ...second.joins]).toEqual([{ kept: jan?.thread, givenUp: r2?.thread }]);
      expect(await use().mails.settle(portal, { limit: 9 })).toEqual({ joins: [] });
      const thread = async (mail: KeptMail | undefined) =>
        (await use().mails.find(portal, mailId(mail?.mail ?? "")))?.thread;
      expect([await thread(r1), await thread(r2)]).toEqual([await thread(feb), jan?.thread]);
    });

    it("go on by the new rule where a changed subject begins one from now on", async () => {
      const { one } = await world();
      const first = await one(seen({ messageId: "<a@x>", subject: "One" }));
      const rules = { changedSubjectBeginsThread: true };
      const references = "<a@x>";
      const same = await one(seen({ messageId: "<b@x>", subject: "Re: One", references }), undefined, rules);
      const other = await one(seen({ messageId: "<c@x>", subject: "Two", references }), undefined, rules);
      expect([same.thread, other.thread]).toEqual([first.thread, other.mail]);
    });

    it("of boxes that are kept apart are their own", async () => {
      const { portal, account, one } = await world();
      const personal = await newAccount(use(), portal);
      const first = await one(seen({ messageId: "<a@x>" }));
      const own = await one(seen({ messageId: "<a@x>" }), personal, { apart: true });
      expect(own).toMatchObject({ isNew: true, thread: own.mail });
      expect((await use().mails.withMessageId(portal, "a@x")).map(({ id }) => id)).toEqual([first.mail]);
      expect((await use().mails.withMessageId(portal, "a@x", personal.id)).map(({ id }) => id)).toEqual([own.mail]);
      await use().accounts.delete(portal, account.id);
      expect(await use().mails.find(portal, first.mail)).toBeUndefined();
      expect((await use().mails.find(portal, own.mail))?.id).toBe(own.mail);
    });
  });

  describe("what becomes of mails", () => {
    it("waits in the order in which they were seen, page by page, in the boxes where they lie", async () => {
      const { portal, account, keep } = await world();
      const shared = await newAccount(use(), portal);
      const sightings = ["a", "b", "c"].map((name, n) =>
        seen({ messageId: `<${name}@x>`, subject: name, date: day(n) }),
      );
      const { mails } = await keep(sightings);
      await keep([seen({ messageId: "<b@x>", subject: "b", date: day(1) })], shared);
      const ids = mails.map(({ mail }) => mail);
      const waiting = async (box: Account, after?: (typeof ids)[number]) =>
        (await use().mails.waiting(portal, box.id, { limit: 2, ...(after && { after }) })).map(({ mail }) => mail.id);
      expect(await waiting(account)).toEqual(ids.slice(0, 2));
      expect(await waiting(account, ids[1])).toEqual(ids.slice(2));
      const [theirs] = await use().mails.waiting(portal, shared.id, { limit: 9 });
      expect(theirs).toMatchObject({ mail: { id: ids[1] }, folder: "INBOX", uidValidity: 7, uid: lastUid });
      const [mine] = await use().mails.waiting(portal, account.id, { limit: 1 });
      expect(mine).toMatchObject({ folder: "INBOX", uidValidity: 7, uid: sightings[0]?.uid });
    });

    it("is said once: the first word stays", async () => {
      const { portal, account, one } = await world();
      const { mail } = await one(seen({ messageId: "<a@x>" }));
      const { message, conversation } = await accept(use(), inbound(account));
      const content = contentPrint("Hello") ?? "";
      const handled = await use().mails.handle(portal, [
        { mail, class: "human", content, message, conversation },
        { mail: mailId("404"), class: "human" },
        { mail: mailId("rubbish") },
      ]);
      expect(handled).toEqual([mail]);
      expect(await use().mails.handle(portal, [{ mail, class: "newsletter" }])).toEqual([]);
      const known = await use().mails.find(portal, mail);
      expect(known).toMatchObject({ class: "human", content, message, conversation, isHandled: true });
      expect(await use().mails.waiting(portal, account.id, { limit: 9 })).toEqual([]);
      // From now on copies are compared by what they say.
      expect((await one(seen({ messageId: "<a@x>", body: "hello!" }))).mail).toBe(mail);
      expect((await one(seen({ messageId: "<a@x>", body: "Good bye" }))).mail).not.toBe(mail);
    });

    it("is open again when a copy first shows the customer, unless it became a message", async () => {
      const { portal, account, one } = await world();
      const ours = { from: "ivan@firm.example", to: "sales@firm.example", subject: "News" };
      const { message, conversation } = await accept(use(), inbound(account));
      const [quiet, told] = [
        await one(seen({ ...ours, messageId: "<q@x>" })),
        await one(seen({ ...ours, messageId: "<t@x>" })),
      ];
      await use().mails.handle(portal, [{ mail: quiet.mail }, { mail: told.mail, message, conversation }]);
      const blind = { ...ours, bcc: "ann@customer.example" };
      expect(await one(seen({ ...blind, messageId: "<q@x>" }, { folder: "Sent" }))).toEqual({
        ...quiet,
        isNew: false,
        direction: "out",
        isHandled: false,
      });
      expect((await one(seen({ ...blind, messageId: "<t@x>" }, { folder: "Sent" }))).isHandled).toBe(true);
      const waiting = await use().mails.waiting(portal, account.id, { limit: 9 });
      expect(waiting.map(({ mail }) => [mail.id, mail.direction, mail.people])).toEqual([
        [quiet.mail, "out", ["ann@customer.example"]],
      ]);
    });
  });

  describe("the index of mails", () => {
    it("belongs to its portal, and to accounts that are there", async () => {
      const { portal, account, one } = await world();
      const kept = await one(seen({ messageId: "<a@x>" }));
      const other = await place(use());
      const { mails } = use();
      expect(await mails.keep(other.portal, account.id, [seen({ messageId: "<a@x>" })])).toBeUndefined();
      for (const nobody of [randomUUID(), "rubbish"])
        expect(await mails.keep(portal, accountId(nobody), [seen({ messageId: "<a@x>" })])).toBeUndefined();
      expect(
        (await mails.keep(other.portal, other.account.id, [seen({ messageId: "<a@x>" })]))?.mails[0],
      ).toMatchObject({
        isNew: true,
      });
      const stranger = newPortalId();
      expect(await mails.find(stranger, kept.mail)).toBeUndefined();
      expect(await mails.find(portal, mailId("rubbish"))).toBeUndefined();
      expect(await mails.places(stranger, kept.mail)).toEqual([]);
      expect(await mails.thread(stranger, kept.thread, 9)).toEqual([]);
      expect(await mails.waiting(stranger, account.id, { limit: 9 })).toEqual([]);
      expect(await mails.withMessageId(stranger, "a@x")).toEqual([]);
      expect(await mails.handle(stranger, [{ mail: kept.mail }])).toEqual([]);
      await mails.gone(stranger, account.id, [{ folder: "INBOX", uidValidity: 7, uid: lastUid }]);
      expect(await mails.forget(stranger, new Date(), 9)).toBe(0);
      expect(await mails.find(portal, kept.mail)).toMatchObject({ isHandled: false });
    });

    it("takes packs of several boxes at once, and none of them twice", async () => {
      const { portal, account, keep } = await world();
      const boxes = [account, await newAccount(use(), portal), await newAccount(use(), portal)];
      const envelopes = Array.from({ length: 40 }, (_, n) => ({
        messageId: `<m${n}@x>`,
        references: n === 0 ? null : `<m${n - 1}@x>`,
        subject: `Re: ${n}`,
        date: day(n),
      }));
      const packs = await Promise.all(
        boxes.map((box, turn) => {
          const sightings = envelopes.map((mail) => seen(mail));
          return keep(turn === 1 ? sightings.reverse() : sightings, box);
        }),
      );
      expect(new Set(packs.flatMap(({ mails }) => mails.map(({ mail }) => mail))).size).toBe(40);
      expect(packs.flatMap(({ mails }) => mails).filter(({ isNew }) => isNew)).toHaveLength(40);
      const [first] = packs[0]?.mails ?? [];
      expect(await use().mails.thread(portal, first?.thread ?? mailThreadId("0"), 100)).toHaveLength(40);
      expect(await count(portal)).toMatchObject({ mails: 40, mail_sightings: 120 });
    });

    it("loses with a box what lay in it alone", async () => {
      const { portal, account, keep, one } = await world();
      const shared = await newAccount(use(), portal);
      const both = seen({ messageId: "<a@x>" });
      const [kept, alone] = (await keep([both, seen({ messageId: "<b@x>", inReplyTo: "<unseen@x>", subject: "b" })]))
        .mails;
      if (!kept || !alone) throw new Error("two were given");
      await keep([seen({ messageId: "<c@x>", references: "<d@x> <b@x>", subject: "c" })]);
      await one(seen({ messageId: "<a@x>" }), shared);
      const { message, conversation } = await accept(use(), inbound(account));
      await use().mails.handle(portal, [{ mail: kept.mail, message, conversation }]);
      await use().accounts.delete(portal, account.id);
      expect(await use().mails.find(portal, alone.mail)).toBeUndefined();
      const left = await use().mails.find(portal, kept.mail);
      expect(left).toMatchObject({ isHandled: true, messageId: "a@x" });
      expect(left).not.toHaveProperty("message");
      expect(left).not.toHaveProperty("conversation");
      expect((await use().mails.places(portal, kept.mail)).map((where) => where.account)).toEqual([shared.id]);
      const rows = await count(portal);
      expect(rows).toMatchObject({ mails: 1, mail_sightings: 1, mail_refs: 0, mail_thread_joins: 0 });
    });

    it("forgets so many at a time as it is told", async () => {
      const { portal, keep } = await world();
      const other = await world();
      const five = () => Array.from({ length: 5 }, (_, n) => seen({ messageId: `<${n}@x>`, date: day(0) }));
      await keep(five());
      await other.keep(five());
      const forgotten = [1, 2, 3, 4].map(() => () => use().mails.forget(portal, day(1), 2));
      const counts: number[] = [];
      for (const forget of forgotten) counts.push(await forget());
      expect(counts).toEqual([2, 2, 1, 0]);
    });

    it("forgets words and names of old mails, and knows them all the same", async () => {
      const { portal, account, keep, one } = await world();
      const old = { messageId: "<old@x>", subject: "Secret", references: "<older@x>", date: day(0) };
      const { mail } = await one(seen(old));
      await one(seen({ messageId: "<new@x>", subject: "Fresh", date: day(40) }));
      expect(await use().mails.forget(portal, day(30), 10)).toBe(1);
      expect(await use().mails.forget(portal, day(30), 10)).toBe(0);
      const known = await use().mails.find(portal, mail);
      expect(known).toMatchObject({ messageId: "old@x", people: [], references: [], direction: "in", date: day(0) });
      expect(known).not.toHaveProperty("subject");
      expect(known).not.toHaveProperty("sender");
      const again = await keep([seen(old, { uidValidity: 9, uid: 1 })]);
      expect(again.mails[0]).toMatchObject({ mail, isNew: false });
      expect(await use().mails.find(portal, mail)).toEqual(known);
      expect(await use().mails.places(portal, mail)).toEqual([
        { account: account.id, folder: "INBOX", uidValidity: 9, uid: 1 },
      ]);
    });
  });
}
