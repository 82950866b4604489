import { z } from "zod";
import { type AddressField, createAddressBook } from "../mail/threads/addresses.ts";
import { mailFacts } from "../mail/threads/facts.ts";
import { groupMails } from "../mail/threads/group-mails.ts";
import { answerWhole, type Command } from "./command.ts";

const Text = z.string().nullish();
const Texts = z.union([z.string(), z.array(z.string())]).nullish();
const Address: z.ZodType<AddressField> = z.lazy(() =>
  z.union([z.string(), z.object({ address: Text, name: Text }), z.array(Address)]).nullish(),
);
const List = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
/** One address, several of one mailbox, or the other name of a mailbox and the mailbox. */
const Aliases = z
  .union([
    z.array(z.union([z.string(), z.array(z.string())])),
    z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  ])
  .nullish()
  .transform((aliases) =>
    Array.isArray(aliases) ? aliases : Object.entries(aliases ?? {}).map(([name, of]) => [of, name].flat()),
  );

const Mail = z.object({
  messageId: Text,
  inReplyTo: Texts,
  references: Texts,
  threadIndex: Text,
  from: Address,
  replyTo: Address,
  to: Address,
  cc: Address,
  bcc: Address,
  subject: Text,
  /** A Date header, ISO 8601, or milliseconds since 1970. */
  date: z.union([z.string(), z.number()]).nullish(),
  mailbox: Text,
  body: Text,
});

const Question = z.object({
  own: z.object({ domains: List, mailboxes: List, aliases: Aliases, lists: List }).prefault({}),
  mails: z.array(Mail),
  /** Customers of whom several addresses are known. */
  people: z.array(z.array(z.string())).nullish(),
  /** Boxes whose mails are never taken for those of other boxes. */
  apart: List,
  changedSubjectBeginsThread: z.boolean().nullish(),
});

/** `{own, mails}` in, `{messages, threads, activities}` out: lists of indices of the mails. */
export const threads: Command = {
  synopsis: "< mails.json",
  about:
    'Which mails are one mail, one thread, one activity. Reads {"own": {"domains", "mailboxes", "aliases", "lists"}, "mails": [{"messageId", "inReplyTo", "references", "from", "to", "cc", "subject", "date", "mailbox", "body"}]}, one a line or one over several lines, and prints {"messages", "threads", "activities"}: lists of lists of places in "mails", counted from 0. Mails without a customer are in no activity. Also understood: "bcc", "replyTo" and "threadIndex" of a mail; "people": lists of addresses of one customer each; "apart": boxes that are kept apart; "changedSubjectBeginsThread": true.',
  run: (context) =>
    answerWhole(context, Question, ({ own, mails, people, apart, changedSubjectBeginsThread }) => {
      // A box that mails were found in is ours, named or not.
      const mailboxes = [...own.mailboxes, ...new Set(mails.flatMap(({ mailbox }) => mailbox ?? []))];
      const book = createAddressBook({ ...own, mailboxes }, { people: people ?? [] });
      const separate = new Set(apart.map((box) => book.keyOf(box) ?? box));
      const scopeOf = (box: string) => (separate.has(book.keyOf(box) ?? box) ? (book.keyOf(box) ?? box) : "");
      return groupMails(
        mails.map((mail) => ({ facts: mailFacts(mail, book), scope: scopeOf(mail.mailbox ?? "") })),
        { changedSubjectBeginsThread: changedSubjectBeginsThread === true },
      );
    }),
};
