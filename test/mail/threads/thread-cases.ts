import { type Case, conversationIndex, day, mail, sent } from "./case.ts";

const asked = (changes = {}) =>
  mail({ messageId: "<asked@customer.example>", subject: "Delivery to Omsk", date: day(0), ...changes });

/** Which mails are one thread. Every mail is a message of its own here. */
export const threadCases: readonly Case[] = [
  {
    name: "answers by References and In-Reply-To, whatever came first",
    mails: [
      mail({
        references: "<asked@customer.example> <a1@firm.example>",
        subject: "Re[2]: Delivery to Omsk",
        date: day(2),
      }),
      sent({
        messageId: "<a1@firm.example>",
        inReplyTo: "<asked@customer.example>",
        subject: "RE: Delivery to Omsk",
        date: day(1),
      }),
      mail(),
      asked(),
    ],
    threads: [[0, 1, 3]],
  },
  {
    name: "two answers to a mail that nobody has seen",
    mails: [
      mail({ inReplyTo: "<unseen@firm.example>", subject: "Re: Plan", date: day(0) }),
      mail({
        references: "<unseen@firm.example>",
        subject: "Re: Plan, once more",
        from: "bob@other.example",
        date: day(1),
      }),
      mail({ references: "<unseen-2@firm.example>", subject: "Re: Plan", from: "cid@third.example", date: day(1) }),
    ],
    threads: [[0, 1]],
  },
  {
    name: "a late mail joins two threads",
    mails: [
      mail({ messageId: "<one@customer.example>", subject: "One" }),
      mail({ messageId: "<two@customer.example>", subject: "Two" }),
      sent({ references: ["<one@customer.example>", "<two@customer.example>"], subject: "Re: One and two" }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "References folded, in another case, cut off, with what is no id",
    mails: [
      asked(),
      sent({ references: "<first@unseen.example>\r\n\t<ASKED@cus\r\n tomer.example>", subject: "x" }),
      sent({ references: "ed@customer.example> <asked@customer.example> <ask", subject: "y" }),
      sent({ inReplyTo: 'Your message of "Fri, 1 May 2026" <asked@customer.example>', subject: "z" }),
      sent({ inReplyTo: "asked@customer.example", subject: "bare" }),
      sent({ references: "=?utf-8?Q?=3Casked=40customer.example=3E?=", subject: "encoded" }),
    ],
    threads: [[0, 1, 2, 3, 4, 5]],
  },
  {
    name: "In-Reply-To that names people joins nothing",
    mails: [
      sent({ inReplyTo: "Ann Lee <ann@customer.example>'s message of Monday", subject: "One" }),
      sent({ inReplyTo: "Message from ann@customer.example of Monday", subject: "Two" }),
      sent({ inReplyTo: "<ann@customer.example>", subject: "Three" }),
      mail({ inReplyTo: "<Sales@firm.example>", references: "sales@firm.example", subject: "Four" }),
      mail({ inReplyTo: "your last mail", references: "<>", subject: "Five" }),
    ],
  },
  {
    name: "rings and mails that answer themselves",
    mails: [
      mail({ messageId: "<r1@customer.example>", references: "<r2@customer.example>", subject: "A" }),
      mail({ messageId: "<r2@customer.example>", references: "<r3@customer.example>", subject: "B" }),
      mail({ messageId: "<r3@customer.example>", references: "<r1@customer.example>", subject: "C" }),
      mail({ messageId: "<self@customer.example>", inReplyTo: "<self@customer.example>", subject: "D" }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "Outlook answers without References: by subject and person",
    mails: [
      sent({ subject: "Offer 15", date: day(0) }),
      mail({ subject: "RE: Offer 15", date: day(3) }),
      sent({ subject: "HA: Re: Offer 15", date: day(4) }),
      mail({ subject: "[team] AW: Offer 15", date: day(5) }),
      mail({ subject: "Re: Offer 15", date: day(3), from: "bob@other.example" }),
      mail({ subject: "Fwd: Offer 15", date: day(6) }),
      mail({ subject: "Offer 15", date: day(6) }),
    ],
    threads: [[0, 1, 2, 3]],
  },
  {
    name: "Outlook answers without References, months later: by its own mark, the same subject and the same person",
    mails: [
      mail({ subject: "Delivery of lamps", threadIndex: conversationIndex("lamps"), date: day(0) }),
      sent({ subject: "RE: Delivery of lamps", threadIndex: conversationIndex("lamps", 1), date: day(70) }),
      mail({ subject: "AW: Delivery of lamps", threadIndex: conversationIndex("lamps", 2), date: day(140) }),
      mail({ subject: "Delivery of lamps", threadIndex: conversationIndex("other"), date: day(210) }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "Outlook's mark joins no other people, no other subjects, and no damage",
    mails: [
      mail({ subject: "Offer", threadIndex: conversationIndex("offer") }),
      mail({ subject: "Offer", threadIndex: conversationIndex("offer", 1), from: "bob@other.example" }),
      mail({ subject: "Something else", threadIndex: conversationIndex("offer", 2) }),
      mail({ subject: "Cut off", threadIndex: conversationIndex("offer").slice(0, 20) }),
      mail({ subject: "Cut off", threadIndex: conversationIndex("offer").slice(0, 20) }),
      mail({ subject: "Empty", threadIndex: "" }),
      mail({ subject: "Empty", threadIndex: "not base64 at all, but long enough for one" }),
    ],
  },
  {
    name: "a prefix in Cyrillic, in any language of Outlook, with counters",
    mails: [
      sent({ subject: "Счёт № 5", date: day(0) }),
      mail({ subject: "Отв: Счёт № 5", date: day(1) }),
      mail({ subject: "НА: Счёт № 5", date: day(2) }),
      mail({ subject: "Re (2): RES : SV: Re^3: Счёт  № 5", date: day(3) }),
      mail({ subject: "回复：Счёт № 5", date: day(4) }),
    ],
    threads: [[0, 1, 2, 3, 4]],
  },
  {
    name: "the server gave our mail a new id: the answer refers to what nobody has seen",
    mails: [
      sent({ subject: "Offer 16", date: day(0) }),
      mail({ inReplyTo: "<changed@relay.example>", subject: "Re: Offer 16", date: day(1) }),
      mail({ inReplyTo: "<changed@relay.example>", subject: "Re: Offer 16", date: day(2) }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "our answer was sent from elsewhere: what it was an answer to has the subject",
    mails: [
      mail({ subject: "Offer 21", date: day(0) }),
      mail({ inReplyTo: "<from-a-phone@firm.example>", subject: "RE: Offer 21", date: day(1) }),
      mail({
        inReplyTo: "<from-a-phone@firm.example>",
        subject: "RE: Offer 21",
        from: "bob@other.example",
        date: day(1),
      }),
      mail({ inReplyTo: "<nobody@firm.example>", subject: "RE: Offer 21", from: "cid@other.example", date: day(1) }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "what a mail refers to comes before its subject",
    mails: [
      mail({ messageId: "<jan@customer.example>", subject: "Order", date: day(0) }),
      mail({ messageId: "<feb@customer.example>", subject: "Order", date: day(5) }),
      sent({ inReplyTo: "<jan@customer.example>", subject: "Re: Order", date: day(6) }),
      sent({ subject: "Re: Order", date: day(7) }),
    ],
    threads: [[0, 2, 3], [1]],
  },
  {
    name: "the answer came before what it answers",
    mails: [
      mail({ subject: "Re: Offer 17", date: day(3) }),
      mail({ subject: "Offer 17", from: "bob@other.example", date: day(0) }),
      sent({ subject: "Offer 17", date: day(0) }),
    ],
    threads: [[0, 2]],
  },
  {
    name: "after a long time, from the future, and without a subject, nothing is guessed",
    mails: [
      sent({ subject: "Offer 18", date: day(0) }),
      mail({ subject: "Re: Offer 18", date: day(60) }),
      mail({ subject: "Re: Offer 18", date: day(-20) }),
      sent({ subject: "", date: day(0) }),
      mail({ subject: "Re:", date: day(1) }),
    ],
  },
  {
    name: "an answer with no date, or one that cannot be true, is near to anything",
    mails: [
      sent({ subject: "Offer 19", date: day(0) }),
      mail({ subject: "Re: Offer 19", date: null }),
      mail({ subject: "Re: Offer 19", date: "Thu, 01 Jan 1970 00:00:00 GMT", body: "another one" }),
    ],
    threads: [[0, 1, 2]],
  },
  {
    name: "a changed subject stays in the thread by what it refers to",
    mails: [asked(), mail({ references: "<asked@customer.example>", subject: "Something else", date: day(1) })],
    threads: [[0, 1]],
  },
  {
    name: "where the rule says so, a changed subject begins a thread, which goes on by itself",
    more: { changedSubjectBeginsThread: true },
    mails: [
      asked(),
      mail({
        messageId: "<other@customer.example>",
        references: "<asked@customer.example>",
        subject: "Something else",
        date: day(1),
      }),
      sent({
        references: "<asked@customer.example> <other@customer.example>",
        subject: "Re: Something else",
        date: day(2),
      }),
      sent({ references: "<asked@customer.example>", subject: "Re: Delivery to Omsk", date: day(2) }),
    ],
    threads: [
      [0, 3],
      [1, 2],
    ],
  },
  {
    name: "our token holds a thread together: any for the same person, one that nobody guesses for everybody",
    mails: [
      sent({ subject: "Offer [#D123]", date: day(0) }),
      mail({ subject: "About your offer [#d123]", date: day(90) }),
      mail({ subject: "Spam [#D123]", from: "eve@elsewhere.example", date: day(2) }),
      sent({ subject: "Contract [#T-4f9k2c8qxy]", date: day(0) }),
      mail({ subject: "signed [#t-4f9k2c8qxy]", from: "lawyer@elsewhere.example", date: day(2) }),
    ],
    threads: [
      [0, 1],
      [3, 4],
    ],
  },
  {
    name: "several addresses of a person, as they are given",
    more: { people: [["ann@customer.example", "ann.lee@home.example"]] },
    mails: [
      sent({ subject: "Offer 20", date: day(0) }),
      mail({ subject: "Re: Offer 20", from: "Ann <Ann.Lee+mail@home.example>", date: day(1) }),
    ],
    threads: [[0, 1]],
  },
  {
    name: "answers among ourselves go to whoever wrote",
    mails: [
      sent({ subject: "Holidays", to: "boss@firm.example", date: day(0) }),
      sent({ subject: "Re: Holidays", from: "boss@firm.example", to: "ivan@firm.example", date: day(1) }),
      sent({ subject: "Re: Holidays", from: "carl@firm.example", to: "dora@firm.example", date: day(1) }),
    ],
    threads: [[0, 1]],
    activities: [],
  },
];
