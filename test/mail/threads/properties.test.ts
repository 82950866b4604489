import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAddressBook } from "../../../src/mail/threads/addresses.ts";
import { contentPrint } from "../../../src/mail/threads/content.ts";
import { type MailEnvelope, mailFacts } from "../../../src/mail/threads/facts.ts";
import { groupMails } from "../../../src/mail/threads/group-mails.ts";
import type { ScopedFacts } from "../../../src/mail/threads/keys.ts";
import { messageIdsIn, normaliseMessageId, sameId } from "../../../src/mail/threads/message-ids.ts";
import { readSubject } from "../../../src/mail/threads/subjects.ts";
import { createMemoryIndex } from "./memory-index.ts";

const book = createAddressBook({
  domains: ["firm.example"],
  mailboxes: ["boss@gmail.com"],
  aliases: [],
  lists: ["team@lists.example"],
});
const facts = (mail: MailEnvelope): ScopedFacts => ({ facts: mailFacts(mail, book), scope: "" });
const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 9, minutes));

/** Names of mails of which some are never seen. */
const name = fc.integer({ min: 0, max: 15 }).map((n) => `<m${n}@customer.example>`);

/** Mails with ids of their own, copies among them, that refer to each other in any way. */
const referring = fc
  .array(fc.record({ references: fc.array(name, { maxLength: 3 }), copies: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((mails) =>
    mails.flatMap(({ references, copies }, n) =>
      Array.from({ length: copies }, (_, copy) =>
        facts({
          messageId: copy === 0 ? `<m${n}@customer.example>` : `M${n}@Customer.Example`,
          references,
          from: copy === 1 ? "team@lists.example" : "ann@customer.example",
          to: "team@lists.example",
          subject: `${copy === 1 ? "[team] " : ""}Re: Matter of m${n}`,
          date: at(n),
          body: copy === 2 ? undefined : `Text of ${n}${copy === 1 ? "\n-- \nteam mailing list" : ""}`,
        }),
      ),
    ),
  );

/** Conversations about one thing each, in which some programs leave out what they answer. */
const answering = fc
  .array(fc.record({ ours: fc.boolean(), refers: fc.boolean(), about: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((mails) =>
    mails.map(({ ours, refers, about }, n) => {
      const before = mails.slice(0, n).findLastIndex((one) => one.about === about);
      return facts({
        messageId: `<c${n}@x.example>`,
        inReplyTo: refers && before !== -1 ? `<c${before}@x.example>` : null,
        from: ours ? "ivan@firm.example" : "ann@customer.example",
        to: ours ? "ann@customer.example" : "ivan@firm.example",
        subject: `${before === -1 ? "" : "RE: "}Matter ${"abc"[about]}`,
        date: at(n),
      });
    }),
  );

const shuffled = <T>(items: fc.Arbitrary<T[]>) =>
  items.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list.keys()], { minLength: list.length })));

/** Sets of places, whatever their order. */
const asSets = (lists: readonly (readonly number[])[]): string[] =>
  lists.map((list) => list.toSorted((a, b) => a - b).join(" ")).sort();

/** The mails one after another, a few at a time. */
function oneByOne(mails: readonly ScopedFacts[], order: readonly number[], at_once: number, isBacklog = false) {
  const index = createMemoryIndex();
  const ids = new Map<number, number>();
  for (let start = 0; start < order.length; start += at_once) {
    const some = order.slice(start, start + at_once);
    const pack = some.flatMap((place) => mails[place] ?? []);
    const kept = isBacklog ? index.keepBacklog(pack) : index.keep(pack);
    for (const [n, place] of some.entries()) ids.set(place, kept[n] ?? -1);
  }
  if (isBacklog) index.settle();
  const gather = (groupOf: (mail: number) => number) => {
    const groups = new Map<number, number[]>();
    for (const [place, mail] of ids) groups.set(groupOf(mail), [...(groups.get(groupOf(mail)) ?? []), place]);
    return asSets([...groups.values()]);
  };
  return { messages: gather((mail) => mail), threads: gather(index.threadOf) };
}

describe("the same threads", () => {
  test("in any order and in packs of any size, by what mails refer to", () => {
    fc.assert(
      fc.property(shuffled(referring), fc.integer({ min: 1, max: 4 }), ([mails, order], pack) => {
        const whole = groupMails(mails);
        const grown = oneByOne(mails, order, pack);
        expect(grown).toEqual({ messages: asSets(whole.messages), threads: asSets(whole.threads) });
      }),
    );
  });

  test("in any order by the subject, where one thing is talked about once", () => {
    fc.assert(
      fc.property(shuffled(answering), fc.integer({ min: 1, max: 4 }), ([mails, order], pack) => {
        const whole = groupMails(mails);
        const subjects = mails.map(({ facts: { subject } }) => subject);
        const wanted = [...new Set(subjects)].map((one) => subjects.flatMap((other, n) => (other === one ? [n] : [])));
        expect(asSets(whole.threads)).toEqual(asSets(wanted));
        expect(oneByOne(mails, order, pack).threads).toEqual(asSets(whole.threads));
      }),
    );
  });

  test("in any order of a backlog, where answers are looked for at its end: also where much has the same subject", () => {
    const any = fc.record({
      references: fc.array(name, { maxLength: 2 }),
      from: fc.constantFrom("ann@customer.example", "bob@customer.example", "ivan@firm.example"),
      to: fc.constantFrom("ivan@firm.example", "ann@customer.example", "bob@customer.example"),
      subject: fc.constantFrom("Offer", "Re: Offer", "Re: Other"),
      minute: fc.integer({ min: 0, max: 100_000 }),
    });
    const mails = fc
      .array(any, { minLength: 1, maxLength: 14 })
      .map((list) =>
        list.map(({ minute, ...mail }, n) =>
          facts({ ...mail, messageId: `<m${n}@customer.example>`, date: at(minute) }),
        ),
      );
    fc.assert(
      fc.property(shuffled(mails), fc.integer({ min: 1, max: 4 }), ([list, order], pack) => {
        const whole = groupMails(list);
        const grown = oneByOne(list, order, pack, true);
        expect(grown).toEqual({ messages: asSets(whole.messages), threads: asSets(whole.threads) });
      }),
      { numRuns: 300 },
    );
  });

  test("of a list, in whatever order it is given: also with ids that are used again and mails without any", () => {
    const any = fc.record({
      messageId: fc.option(name, { nil: undefined }),
      references: fc.array(name, { maxLength: 2 }),
      from: fc.constantFrom("ann@customer.example", "bob@customer.example", "ivan@firm.example", "team@lists.example"),
      to: fc.constantFrom("ivan@firm.example", "ann@customer.example", "team@lists.example", ""),
      subject: fc.constantFrom("Offer", "Re: Offer", "[team] Offer", "", undefined),
      date: fc.constantFrom(at(0), at(3), at(90), at(100_000), undefined),
      body: fc.constantFrom("yes", "no", undefined),
    });
    fc.assert(
      fc.property(shuffled(fc.array(any.map(facts), { maxLength: 12 })), ([mails, order]) => {
        const straight = groupMails(mails);
        const mixed = groupMails(order.flatMap((place) => mails[place] ?? []));
        // Mails that are alike in everything may change places: they are compared by what they are.
        const alike = mails.map((mail) => JSON.stringify(mail));
        const words = (lists: readonly (readonly number[])[], place: (index: number) => number) =>
          lists
            .map((list) =>
              list
                .map((index) => alike[place(index)])
                .sort()
                .join(),
            )
            .sort();
        for (const kind of ["messages", "threads", "activities"] as const)
          expect(words(mixed[kind], (index) => order[index] ?? -1)).toEqual(words(straight[kind], (index) => index));
      }),
      { numRuns: 300 },
    );
  });

  test("every mail is in one message and in one thread, a message in one thread; seen twice, nothing changes", () => {
    fc.assert(
      fc.property(referring, (mails) => {
        const { messages, threads } = groupMails([...mails, ...mails]);
        const all = [...mails, ...mails].map((_, index) => index);
        expect(messages.flat().sort((a, b) => a - b)).toEqual(all);
        expect(threads.flat().sort((a, b) => a - b)).toEqual(all);
        const threadOf = new Map(threads.flatMap((list, n) => list.map((index) => [index, n] as const)));
        for (const list of messages) expect(new Set(list.map((index) => threadOf.get(index))).size).toBe(1);
        for (const index of mails.keys())
          expect(messages.find((list) => list.includes(index))).toContain(index + mails.length);
      }),
    );
  });
});

const words = fc.array(fc.stringMatching(/^[a-zа-я0-9]{2,9}$/u), { minLength: 3, maxLength: 30 });

describe("prints of contents", () => {
  const footers = [
    "",
    "\n\n_______________\nteam mailing list\nhttps://lists.example/listinfo",
    "\n-- \nTo unsubscribe, write to team-leave@lists.example",
    "\r\n\r\nThis message has been scanned for viruses.\r\n",
    "\n\nНастоящее сообщение конфиденциально.",
  ];
  test("are the same for copies that went different ways, and others for other words", () => {
    fc.assert(
      fc.property(
        words,
        words,
        fc.constantFrom(" ", "\n", "\r\n", "\u00a0", "  \n"),
        fc.constantFrom(...footers),
        (one, other, space, footer) => {
          const print = contentPrint(one.join(" "));
          expect(contentPrint(one.join(space) + footer)).toBe(print);
          expect(contentPrint(one.map((word) => word.toUpperCase()).join("   "))).toBe(print);
          fc.pre(one.join("") !== other.join(""));
          expect(contentPrint(other.join(" "))).not.toBe(print);
        },
      ),
    );
  });

  test("are there for any text with a word in it, and never fail", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(["string", "undefined"]).toContain(typeof contentPrint(text));
      }),
    );
    expect(contentPrint("-- \nunsubscribe")).toBeDefined();
    for (const nothing of ["", " \n", "...", "--\n__", null, undefined]) expect(contentPrint(nothing)).toBeUndefined();
  });
});

describe("subjects", () => {
  test("lose what programs put before them, as often as they do", () => {
    const prefix = fc.constantFrom(
      ...[
        "Re: ",
        "RE[3]: ",
        "Fwd: ",
        "AW: WG: ",
        "Отв: ",
        "Пер: ",
        "RV: ",
        "RES: ",
        "SV: ",
        "TR : ",
        "[team] ",
        "答复：",
      ],
    );
    fc.assert(
      fc.property(words, fc.array(prefix, { maxLength: 5 }), (subject, prefixes) => {
        const normal = subject.join(" ");
        expect(readSubject(prefixes.join("") + normal)?.normal).toBe(readSubject(normal)?.normal);
      }),
    );
  });

  test("are read again as they were read, whatever they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        const once = readSubject(text)?.normal ?? "";
        expect(once).toBe(once.trim());
        fc.pre(!/[=\u00ad]|\(fwd\)|\[fwd\]/.test(once));
        expect(readSubject(once)?.normal).toBe(once);
      }),
    );
  });
});

test("no header is too broken to be read", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("<>", "<a@b", "a@b>", "=?x?q?=?=", ";;:", null),
  );
  fc.assert(
    fc.property(anything, anything, anything, anything, (messageId, references, from, subject) => {
      const { facts: read } = facts({
        messageId,
        references,
        inReplyTo: references,
        from,
        to: from,
        subject,
        date: subject,
      });
      expect(read.references.map(sameId)).not.toContain(sameId(read.messageId ?? "?"));
      for (const id of [read.messageId ?? "a@b", ...read.references]) {
        expect(normaliseMessageId(`<${id}>`)).toBe(id);
        expect(messageIdsIn(`<${id}>`, () => false)).toEqual([id]);
      }
    }),
  );
});
