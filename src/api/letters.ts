import { z } from "zod";
import { LETTER_CLASSES } from "../domain/letter.ts";
import { text } from "./common.ts";

const mailbox = z.object({ address: z.string(), name: z.string().optional() });

/** What a letter shows beside its text; part of a message. */
export const letter = z
  .object({
    subject: z.string(),
    from: mailbox,
    to: z.array(mailbox),
    cc: z.array(mailbox),
    bcc: z.array(mailbox).optional().describe("Only of what our own people wrote."),
    class: z.enum(LETTER_CLASSES).describe("Who wrote it: a person, or a machine and of what kind."),
    folded: z.string().optional().describe("Quoted text that is folded away: shown on demand."),
    failed: z
      .object({ recipients: z.array(z.string()), why: z.string().optional() })
      .optional()
      .describe("A bounce: whom it could not reach."),
    invitation: z.string().optional().describe("To a meeting, in words."),
    template: z.string().optional().describe("The text that it was made of, by its name."),
    tracked: z.boolean().optional().describe("Its reading is to be seen: `GET /api/messages/{id}/seen`."),
    byClick: z
      .boolean()
      .optional()
      .describe("It came to a personal box whose letters go into cards one by one: `/api/messages/{id}/card`."),
    formatted: z.boolean().describe("It has a form of its own: `GET /api/messages/{id}/letter`."),
  })
  .describe("It is an e-mail.");

export const mailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+[.][^\s@<>,;:"()[\]\\.]+$/, "must be an e-mail address");
const recipient = z.object({ address: mailAddress, name: text(200).exactOptional() });
const recipients = z.array(recipient).max(100).optional();

/** What a writer says of their letter. */
export const letterDraft = z
  .object({
    to: recipients.describe("Absent: whom an answer goes to."),
    cc: recipients,
    bcc: recipients,
    subject: text(900).optional().describe('Absent: that of the last letter, with "Re:" before it once.'),
    quote: z.boolean().optional().describe("The last letter stands below the answer. Default: true."),
    sign: z.boolean().optional().describe("The signature stands below it. Default: true."),
    track: z.boolean().optional().describe("Its reading is to be seen. Default: as the mailbox is set."),
    template: text(200)
      .min(1)
      .optional()
      .describe(
        "The text that it was made of, by its name: for the report, and it tells how to be written to no more.",
      ),
  })
  .describe("Where it goes and how, where the channel is e-mail; what is left out is as in the last letter.");

/** What an answer is, unless its writer says otherwise. */
export const letterDefaults = z.object({
  to: z.array(mailbox),
  cc: z.array(mailbox),
  subject: z.string(),
  signature: z.string().nullable().describe("With its gaps filled; null: none."),
  ownSignature: z.boolean().describe("The viewer's own one stands below. false: the mailbox has one for everybody."),
  tracked: z.boolean().describe("Its reading is to be seen, unless its writer says otherwise."),
});

export const signature = z.object({
  text: text(5_000).describe("A Liquid template: it knows `agent.name`, `box.name` and `box.address`. Empty: none."),
});

export const signaturePreview = z.object({
  text: signature.shape.text,
  conversation: text(40).optional().describe("Below a letter of which it is to be shown; absent: without a mailbox."),
});

export const signatureShown = z.object({
  text: z.string().nullable().describe("With its gaps filled; null: it cannot be read."),
});

const opened = z
  .enum(["yes", "probably", "not-known"])
  .describe("yes: a person looked. probably: their mail provider did, as it does when somebody opens a letter.");

export const letterSeen = z.object({
  opened,
  clicked: z.boolean().describe("A person followed one of its links."),
  hits: z.array(
    z.object({
      at: z.string(),
      link: z.number().int().nullable().describe("Which of its links, from 1; null: its picture."),
      class: z.enum(["human", "proxy", "prefetch", "scanner"]),
    }),
  ),
});

export const letterReportQuery = z.object({
  since: z.iso.datetime({ offset: true }),
  until: z.iso.datetime({ offset: true }).describe("At most a year later."),
});

export const letterReport = z.array(
  z.object({
    agent: z.object({ id: z.string(), name: z.string().optional() }).nullable(),
    template: z.string().nullable(),
    sent: z.number().int(),
    tracked: z.number().int().describe("Of those sent: how many could be seen at all, beside their answers."),
    opened: z.number().int().describe("By a person; an answer proves it, too."),
    openedOfTracked: z.number().int().describe("Of those that could be seen at all."),
    probablyOpened: z.number().int(),
    clicked: z.number().int(),
    answered: z.number().int(),
  }),
);

export const letterQuery = z.object({
  images: z
    .enum(["0", "1"])
    .default("0")
    .describe("1: pictures from elsewhere come along, fetched by this server. Their senders learn that it was opened."),
});

export const letterForm = z.object({
  html: z.string().describe("Cleaned: without scripts, forms, and anything that is loaded from elsewhere."),
  blockedImages: z.number().int().describe("Pictures from elsewhere that were left out."),
});

export const letterInCard = z.object({
  state: z
    .enum(["waits", "wanted", "recorded", "automatic", "nowhere"])
    .describe(
      "waits: it goes into the card when the box's owner says so. wanted: they did. recorded: it stands there. automatic: letters of this box go there by themselves. nowhere: there is no card yet that it could go into.",
    ),
});

export type LetterAnswer = z.output<typeof letter>;
export type LetterFormAnswer = z.output<typeof letterForm>;
export type LetterDefaultsAnswer = z.output<typeof letterDefaults>;
export type LetterInCardAnswer = z.output<typeof letterInCard>;
export type LetterReportRowAnswer = z.output<typeof letterReport>[number];
export type SignatureAnswer = z.output<typeof signature>;
export type SignatureShownAnswer = z.output<typeof signatureShown>;
export type LetterSeenAnswer = z.output<typeof letterSeen>;
