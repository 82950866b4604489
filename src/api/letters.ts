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
    byClick: z
      .boolean()
      .optional()
      .describe("It came to a personal box whose letters go into cards one by one: `/api/messages/{id}/card`."),
    formatted: z.boolean().describe("It has a form of its own: `GET /api/messages/{id}/letter`."),
  })
  .describe("It is an e-mail.");

const address = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+[.][^\s@<>,;:"()[\]\\.]+$/, "must be an e-mail address");
const recipient = z.object({ address, name: text(200).exactOptional() });
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
  })
  .describe("Where it goes and how, where the channel is e-mail; what is left out is as in the last letter.");

/** What an answer is, unless its writer says otherwise. */
export const letterDefaults = z.object({
  to: z.array(mailbox),
  cc: z.array(mailbox),
  subject: z.string(),
  signature: z.string().nullable().describe("With its gaps filled; null: none."),
});

export const signature = z.object({
  text: text(5_000).describe("A Liquid template: it knows `agent.name`, `box.name` and `box.address`. Empty: none."),
});

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
export type LetterInCardAnswer = z.output<typeof letterInCard>;
