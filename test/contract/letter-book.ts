import { beforeEach, describe, expect, it } from "vitest";
import type { LetterBook, PendingLetter, SeenLetter } from "../../src/channels/contract/letters.ts";

/** What a mailbox relies on, whatever keeps the letters. */

export interface LetterBookWorld {
  /** Of one portal. The addresses are the boxes' own. */
  readonly anna: LetterBook;
  readonly boris: LetterBook;
  /** As `anna`, after a restart of its process. */
  annaAgain(): LetterBook;
  /** Somebody whom the CRM knows: of others nothing old is fetched. */
  readonly customer: string;
  /** Before the boxes were connected. */
  readonly longAgo: Date;
}

export function letterBookTests(name: string, open: () => Promise<LetterBookWorld>): void {
  describe(`letter book: ${name}`, () => {
    let world: LetterBookWorld;
    let numbers = 0;
    beforeEach(async () => {
      world = await open();
    });

    function seen(id: string, more: Partial<SeenLetter> = {}): SeenLetter {
      numbers += 1;
      return {
        folder: "INBOX",
        validity: "1",
        uid: numbers,
        messageId: `<${id}@example.com>`,
        from: { address: world.customer },
        to: [{ address: "anna@shop.test" }],
        cc: [],
        subject: `About ${id}`,
        date: new Date(),
        sent: false,
        history: false,
        ...more,
      };
    }
    const old = (id: string, more: Partial<SeenLetter> = {}) =>
      seen(id, { date: world.longAgo, history: true, ...more });
    const ids = (letters: readonly PendingLetter[]) => letters.map(({ letter }) => letter);

    it("gives what came, in the order in which it came, until it is done", async () => {
      const kept = await world.anna.keep([seen("one"), seen("two")]);
      expect(kept.map(({ known }) => known)).toEqual([false, false]);
      const waiting = await world.anna.pending(10);
      expect(ids(waiting)).toEqual(kept.map(({ letter }) => letter));
      expect(waiting[0]).toMatchObject({ folder: "INBOX", validity: "1", thread: kept[0]?.thread });
      expect(ids(await world.anna.pending(1))).toEqual([kept[0]?.letter]);
      await world.anna.done(kept[0]?.letter ?? "");
      await world.anna.done(kept[1]?.letter ?? "", { passed: "It is no person's letter: newsletter." });
      expect(await world.anna.pending(10)).toEqual([]);
      await world.anna.done("no such letter");
    });

    it("gives it again after a restart, whatever was being done with it", async () => {
      const [kept] = await world.anna.keep([seen("waits")]);
      expect(ids(await world.anna.pending(10))).toEqual([kept?.letter]);
      const again = world.annaAgain();
      expect(ids(await again.pending(10))).toEqual([kept?.letter]);
      await again.done(kept?.letter ?? "");
      expect(await world.annaAgain().pending(10)).toEqual([]);
    });

    it("knows what it has seen: twice, in another box, and under other numbers", async () => {
      const mail = seen("same");
      const [first] = await world.anna.keep([mail]);
      const copies = [
        ...(await world.anna.keep([mail])),
        ...(await world.boris.keep([{ ...mail, uid: 70 }])),
        ...(await world.anna.keep([{ ...mail, validity: "2", uid: 1 }])),
      ];
      for (const copy of copies)
        expect(copy).toMatchObject({ letter: first?.letter, thread: first?.thread, known: true });
    });

    it("gives a mail that lies in two boxes to one of them at a time, and to none when it is done", async () => {
      const mail = seen("to both");
      const [kept] = await world.anna.keep([mail]);
      await world.boris.keep([{ ...mail, uid: 71 }]);
      expect(ids(await world.anna.pending(10))).toEqual([kept?.letter]);
      expect(await world.boris.pending(10)).toEqual([]);
      await world.anna.done(kept?.letter ?? "");
      expect(await world.boris.pending(10)).toEqual([]);
      expect(await world.anna.pending(10)).toEqual([]);
    });

    it("tells where a waiting mail lies now, when its folder was numbered anew", async () => {
      const mail = seen("moved");
      await world.anna.keep([mail]);
      await world.anna.keep([{ ...mail, validity: "2", uid: 900 }]);
      expect(await world.annaAgain().pending(10)).toMatchObject([{ validity: "2", uid: 900 }]);
    });

    it("gives what has just come before what is old", async () => {
      const [before] = await world.anna.keep([old("old")]);
      const [now] = await world.anna.keep([seen("new")]);
      expect(ids(await world.anna.pending(10))).toEqual([now?.letter, before?.letter]);
    });

    it("holds threads together over boxes, and tells which ones turned out to be one", async () => {
      const [question] = await world.anna.keep([seen("question")]);
      const answer = seen("answer", { inReplyTo: "<question@example.com>", references: ["<question@example.com>"] });
      const [told] = await world.boris.keep([answer]);
      expect(told?.thread).toBe(question?.thread);
      expect(told?.joined ?? []).toEqual([]);
      const [other] = await world.anna.keep([seen("other")]);
      expect(other?.thread).not.toBe(question?.thread);
      const [both] = await world.anna.keep([
        seen("both", { references: ["<question@example.com>", "<other@example.com>"] }),
      ]);
      expect([question?.thread, other?.thread]).toContain(both?.thread);
      expect([both?.thread, ...(both?.joined ?? [])].toSorted()).toEqual([question?.thread, other?.thread].toSorted());
      const [late] = await world.anna.keep([seen("late", { inReplyTo: "<other@example.com>" })]);
      expect(late?.thread).toBe(both?.thread);
      for (const letter of await world.anna.pending(10)) expect(letter.thread).toBe(both?.thread);
    });

    it("finds the thread of a mail, and what an answer in it goes on from", async () => {
      const [question] = await world.anna.keep([seen("q", { subject: "Price" })]);
      await world.anna.keep([
        seen("a", { inReplyTo: "<q@example.com>", subject: "Re: Price", date: new Date(Date.now() + 1_000) }),
      ]);
      expect(await world.boris.threadOf("<q@example.com>")).toBe(question?.thread);
      expect(await world.boris.threadOf("<nobody@example.com>")).toBeUndefined();
      expect(await world.anna.thread(question?.thread ?? "")).toMatchObject({
        messageId: "<a@example.com>",
        references: ["<q@example.com>", "<a@example.com>"],
      });
      expect(await world.anna.thread("999999999")).toBeUndefined();
    });

    it("takes mails without an id, without a sender and without anybody", async () => {
      const { messageId: _id, from: _from, ...bare } = seen("bare", { subject: "", to: [] });
      const kept = await world.anna.keep([bare, { ...bare, uid: bare.uid + 1_000, subject: "another" }]);
      expect(new Set(kept.map(({ letter }) => letter)).size).toBe(2);
      expect(await world.anna.keep([])).toEqual([]);
    });
  });
}
