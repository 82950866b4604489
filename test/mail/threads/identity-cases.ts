import { type Case, day, type GivenMail, mail, sent } from "./case.ts";

const offer: GivenMail = mail({
  messageId: "<offer@customer.example>",
  subject: "Offer",
  date: "Mon, 02 Mar 2026 12:00:00 +0300",
  body: "Hello,\n\nwhat would fifty of them cost?\n\nAnn",
});
const inBox = (mailbox: string, changes: GivenMail = {}): GivenMail => ({ ...offer, mailbox, ...changes });

/** Copies of one mail, and mails that only look like copies. */
export const identityCases: readonly Case[] = [
  {
    name: "a mail in a personal and in the shared box is one",
    mails: [offer, mail(), inBox("ivan@firm.example", { date: "2026-03-02T09:00:00Z" })],
    messages: [[0, 2]],
    activities: [[0, 2], [1]],
  },
  {
    name: "ids in another case, folded or without brackets are the same",
    mails: [
      offer,
      inBox("a", { messageId: "OFFER@Customer.Example" }),
      inBox("b", { messageId: "<offer@\r\n customer.example>" }),
      inBox("c", { messageId: "=?us-ascii?Q?=3Coffer=40customer.example=3E?=" }),
    ],
    messages: [[0, 1, 2, 3]],
  },
  {
    name: "a list adds its tag and its footer, a gateway its warning, a scanner its line",
    mails: [
      offer,
      inBox("team", {
        subject: "[team] Offer",
        body: `${offer.body}\n\n_______________________________________________\nteam mailing list\nhttps://lists.example/listinfo/team`,
      }),
      inBox("group", {
        subject: "[EXT] Offer",
        body: `${offer.body}\n\n-- \nYou received this message because you are subscribed to the Google Groups "team" group.\nTo unsubscribe, mail to team+unsubscribe@lists.example.`,
      }),
      inBox("gate", {
        subject: "[EXTERNAL] Offer",
        body: `CAUTION: This email originated from outside of the organization. Do not click links.\n\n${offer.body}`,
      }),
      inBox("tail", { subject: "Offer [team]", body: `${offer.body}\n-----\nAll of us, 3 High Street` }),
      inBox("unknown", { subject: "(team) Offer", body: `${offer.body}\n\nSent via team@lists.example` }),
      inBox("scanned", { body: `${offer.body}\r\n\r\nПроверено на вирусы: Kaspersky Anti-Virus\r\n` }),
      inBox("lawyers", {
        body: `${offer.body}\n\nThis e-mail is confidential and intended solely for the addressee.\nIf you are not, delete it.\n\n---\nVirus-free. www.avast.com`,
      }),
    ],
    messages: [[0, 1, 2, 3, 4, 5, 6, 7]],
  },
  {
    name: "another wrapping, HTML or quoted-printable says the same",
    mails: [
      mail({
        messageId: "<q@customer.example>",
        subject: "Вопрос",
        date: day(0),
        body: "Добрый день, сколько стоит доставка?",
      }),
      mail({
        messageId: "<q@customer.example>",
        subject: "=?UTF-8?B?0JLQvtC/0YDQvtGB?=",
        date: day(0),
        body: "Добрый  день,\r\n сколько стоит\u00a0доставка?\r\n",
      }),
      mail({
        messageId: "<q@customer.example>",
        subject: "Вопрос",
        date: day(0),
        body: "<html><head><style>p{a:b}</style></head><body><p>Добрый день, сколько&nbsp;стоит <b>доставка</b>?</p></body></html>",
      }),
      mail({
        messageId: "<q@customer.example>",
        subject: "Вопрос",
        date: day(0),
        body: "=D0=94=D0=BE=D0=B1=D1=80=D1=8B=D0=B9 =D0=B4=D0=B5=D0=BD=D1=8C, =D1=81=D0=BA=D0=BE=\r\n=D0=BB=D1=8C=D0=BA=D0=BE =D1=81=D1=82=D0=BE=D0=B8=D1=82 =D0=B4=D0=BE=D1=81=D1=82=D0=B0=D0=B2=D0=BA=D0=B0?",
      }),
    ],
    messages: [[0, 1, 2, 3]],
  },
  {
    name: "an id that is used again for something else is another mail, and another thread",
    mails: [
      offer,
      inBox("a", { body: "Hello,\n\nwhat would sixty of them cost?\n\nAnn" }),
      inBox("b", { subject: "Invoice 7", body: "The invoice.", date: day(0) }),
      inBox("c", { from: "Eve <eve@elsewhere.example>" }),
      inBox("d", { date: day(9) }),
    ],
  },
  {
    name: "what stands behind the copy and is no footer makes another mail",
    mails: [
      inBox("b", { body: `${offer.body}\n----\nTotal: 100\n----\nFor you` }),
      inBox("c", { body: `${offer.body}\n----\nTotal: 200\n----\nFor you` }),
      inBox("d", { subject: "Offer again" }),
      inBox("e", { subject: "Offer", from: "bob@customer.example" }),
    ],
  },
  {
    name: "a sentence behind the copy makes another mail",
    mails: [offer, inBox("a", { body: `${offer.body}\n\nP.S. Forget it, we have bought elsewhere.` })],
  },
  {
    name: "answers to an id that was used twice go to the mail that they name",
    mails: [
      mail({ messageId: "<twice@customer.example>", subject: "Delivery", date: day(0), body: "Where is it?" }),
      mail({ messageId: "<twice@customer.example>", subject: "Invoice", date: day(1), body: "Please send it." }),
      sent({ inReplyTo: "<twice@customer.example>", subject: "Re: Delivery", date: day(2) }),
      sent({ inReplyTo: "<twice@customer.example>", subject: "Re: Invoice", date: day(2) }),
    ],
    threads: [
      [0, 2],
      [1, 3],
    ],
  },
  {
    name: "without an id: sender, date, subject and contents tell",
    mails: [
      mail({ messageId: null, subject: "Order", date: day(0), body: "Ten, please." }),
      mail({ messageId: "", subject: "Order", date: day(0), body: "Ten, please.", mailbox: "ivan@firm.example" }),
      mail({ messageId: null, subject: "Order", date: day(0, 1), body: "Ten, please." }),
      mail({ messageId: null, subject: "Order", date: day(0), body: "Eleven, please." }),
      mail({ messageId: null, subject: "Order", date: day(0), body: "Ten, please.", from: "bob@customer.example" }),
    ],
    messages: [[0, 1]],
  },
  {
    name: "the copy in Sent has no id yet",
    mails: [
      sent({ messageId: null, subject: "Price list", date: day(0), body: "Attached." }),
      sent({
        messageId: "<given@relay.example>",
        subject: "Price list",
        date: day(0),
        body: "Attached.",
        cc: "sales@firm.example",
      }),
      mail({ inReplyTo: "<given@relay.example>", subject: "Re: Price list", date: day(1) }),
    ],
    messages: [[0, 1]],
    threads: [[0, 1, 2]],
  },
  {
    name: "a copy whose date is missing, wrong or a few minutes off is still a copy",
    mails: [
      offer,
      inBox("a", { date: null }),
      inBox("b", { date: "Thu, 01 Jan 1970 00:00:00 +0000" }),
      inBox("c", { date: "yesterday" }),
      inBox("d", { date: "2026-03-02T09:03:00Z" }),
    ],
    messages: [[0, 1, 2, 3, 4]],
  },
  {
    name: "a list that writes in its own name: the copy that came directly says who wrote",
    mails: [
      inBox("sales@firm.example", { from: "Ann via Team <team@lists.example>", to: "team@lists.example" }),
      inBox("ivan@firm.example", { to: "ivan@firm.example, team@lists.example" }),
      mail({ from: "Ann via Team <team@lists.example>", replyTo: "ann@customer.example", to: "team@lists.example" }),
      mail({ from: "Ivan via Team <team@lists.example>", to: "team@lists.example" }),
    ],
    messages: [[0, 1]],
    activities: [[0, 1], [2]],
  },
  {
    name: "mails among ourselves are one message in two boxes and no activity",
    mails: [
      sent({
        to: "sales@firm.example",
        messageId: "<inner@firm.example>",
        subject: "Lunch",
        date: day(0),
        body: "At one?",
      }),
      sent({
        to: "sales@firm.example",
        messageId: "<inner@firm.example>",
        subject: "Lunch",
        date: day(0),
        body: "At one?",
        mailbox: "sales@firm.example",
      }),
      sent({
        to: ["team@lists.example", { address: "F.irm.Boss+x@googlemail.com", name: "Boss" }],
        cc: "<INFO@firm-old.example>",
      }),
      sent({ from: "info@firm-old.example", to: "anybody@FIRM.example" }),
      sent({ from: null, to: "undisclosed-recipients:;" }),
      sent({ to: "team@lists.example", cc: "Ann <ann@customer.example>" }),
      sent({ to: "someone@sub.firm.example" }),
    ],
    messages: [[0, 1]],
    activities: [[5], [6]],
  },
  {
    name: "blind copies: the one in Sent knows the customer, the colleague's does not",
    mails: [
      sent({
        messageId: "<blind@firm.example>",
        to: "sales@firm.example",
        subject: "News",
        date: day(0),
        body: "We move.",
        mailbox: "sales@firm.example",
      }),
      sent({
        messageId: "<blind@firm.example>",
        to: "sales@firm.example",
        bcc: "ann@customer.example",
        subject: "News",
        date: day(0),
        body: "We move.",
      }),
      mail({ to: "undisclosed-recipients:;" }),
      mail({ to: null }),
    ],
    messages: [[0, 1]],
    activities: [[0, 1], [2], [3]],
  },
  {
    name: "tags and dots of one sender are one sender",
    mails: [
      inBox("a", { from: "ann.lee@gmail.com" }),
      inBox("b", { from: "AnnLee+work@GoogleMail.com" }),
      inBox("c", { from: "Ann <annlee@gmail.com>" }),
      inBox("d", { from: "Анна <анна@пример.рф>" }),
      inBox("e", { from: "анна@xn--e1afmkfd.xn--p1ai" }),
    ],
    messages: [
      [0, 1, 2],
      [3, 4],
    ],
  },
  {
    name: "a box is ours because mails were found in it; a gateway gives our own sender another address",
    own: { domains: [], mailboxes: [], aliases: [], lists: [] },
    mails: [
      sent({
        from: "me@gmail.com",
        to: "you@yandex.ru",
        mailbox: "Me@gmail.com",
        messageId: "<g@x.example>",
        subject: "A",
        date: day(0),
        body: "One.",
      }),
      sent({ from: "you@yandex.ru", to: "me@gmail.com", mailbox: "me@gmail.com" }),
      sent({
        from: "you@ya.ru",
        to: "third@mail.ru",
        mailbox: "third@mail.ru",
        messageId: "<h@x.example>",
        subject: "B",
        date: day(0),
      }),
      sent({
        from: "third@mail.ru",
        to: "me@gmail.com",
        mailbox: "third@mail.ru",
        messageId: "<i@x.example>",
        subject: "C",
        date: day(0),
        body: null,
      }),
      sent({
        from: "me@gmail.com",
        to: "m.e@gmail.com",
        mailbox: "me@gmail.com",
        messageId: "<i@x.example>",
        subject: "C",
        date: day(0),
        body: null,
      }),
    ],
    messages: [[3, 4]],
    activities: [[0], [1], [2]],
  },
  {
    name: "boxes that are kept apart share nothing",
    more: { apart: ["Ivan@firm.example"] },
    mails: [
      offer,
      inBox("ivan@firm.example"),
      inBox("boss"),
      mail({ inReplyTo: "<offer@customer.example>", subject: "Re: Offer", mailbox: "ivan@firm.example" }),
    ],
    messages: [[0, 2]],
    threads: [
      [0, 2],
      [1, 3],
    ],
    activities: [[0, 2], [1], [3]],
  },
  {
    name: "copies of which one was not read, or says nothing in words",
    mails: [offer, inBox("a", { body: null }), inBox("b", { body: "???? - ?????" })],
    messages: [[0, 1, 2]],
  },
  {
    name: "aliases in groups and with their mailboxes",
    own: {
      domains: [],
      mailboxes: ["ivan@mail.example"],
      aliases: [["ivan@mail.example", "i.petrov@mail.example"], ["x@y.example"]],
      lists: [],
    },
    mails: [
      sent({ from: "i.petrov@mail.example", to: "x@y.example" }),
      sent({ from: "ivan@mail.example", to: "z@y.example" }),
    ],
    activities: [[1]],
  },
];
