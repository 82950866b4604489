/** What pages send: messages, now or later, the files that go with them, and another try of what did not arrive. */
import { z } from "zod";
import { id, text } from "./common.ts";
import { letter, letterDraft } from "./letters.ts";
import { attachment, span } from "./messages.ts";

export const retryOfMessage = z.object({
  state: z.enum(["refused", "failed", "uncertain"]).describe("As the page shows it."),
  attempts: z.number().int().nonnegative().describe("As the page shows it: an old page sends nothing a second time."),
  anyway: z
    .boolean()
    .optional()
    .describe("Needed for an uncertain message: a person was told that it may have arrived, and wants it sent again."),
});

export const newReaction = z.object({
  emoji: z
    .string()
    .max(32)
    .refine((value) => /^\p{RGI_Emoji}?$/v.test(value), "must be one emoji, or empty to take it back"),
  clientId: text(100).min(8).describe("Made by the page: the same one twice is one reaction."),
});

const spanWritten = z.discriminatedUnion("kind", [
  z.object({
    kind: z.enum(["bold", "italic", "underline", "strike", "code", "pre", "quote"]),
    start: z.number().int().nonnegative(),
    end: z.number().int().nonnegative(),
  }),
  z.object({
    kind: z.literal("link"),
    start: z.number().int().nonnegative(),
    end: z.number().int().nonnegative(),
    url: z.url({ protocol: /^(https?|mailto|tel)$/ }).max(2000),
  }),
]);

const written = {
  text: text(20_000).default(""),
  spans: z.array(spanWritten).max(500).default([]).describe("Formatting of `text`, as in an answer."),
};

export const newMessage = z.object({
  clientId: z.uuid().describe("Made by the page: the same one twice is one message."),
  ...written,
  attachments: z.array(id).max(10).default([]).describe("Files that were put beside this conversation, by their ids."),
  quote: id.optional().describe("The message of this conversation that it answers."),
  template: z
    .object({ name: text(512).min(1), language: text(20).min(1), variables: z.array(text(1024)).max(50).default([]) })
    .optional()
    .describe("A text that the vendor has approved; `text` then shows what the customer reads."),
  letter: letterDraft.optional(),
});

export const newPlanned = newMessage.extend({
  sendAt: z.iso.datetime({ offset: true }).describe("When it is sent; at least a minute ahead, at most a year."),
});

/** What was written to be sent later. */
export const planned = z.object({
  id: z.string(),
  conversation: z.string(),
  clientId: z.string(),
  text: z.string(),
  spans: z.array(span),
  attachments: z.array(attachment),
  files: z
    .array(z.object({ id: z.string(), kind: z.string(), name: z.string(), size: z.number() }))
    .describe("By the ids under which another message can take them along, once this one was taken back."),
  letter: letter.optional(),
  sendAt: z.string(),
  createdAt: z.string(),
  agent: z.object({ id: z.string(), name: z.string().optional() }),
  error: z.string().nullable().describe("Why it was not sent when its time came. It stays until it is taken back."),
});

export const changedMessage = z.object({ ...written, text: text(20_000).min(1) });

export const fileQuery = z.object({
  as: z
    .enum(["voice", "file"])
    .optional()
    .describe("voice: a recording, shown as such where the channel can. file: as it is, also if it is a picture."),
  goesWith: z
    .enum(["template"])
    .optional()
    .describe("template: it stands at the top of one, which goes also when nothing else may."),
});

/** A file that waits for its message. */
export const waitingFile = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  size: z.number(),
  mime: z.string().describe("As its bytes tell."),
  url: z.string().describe("Opens for a short while."),
});

export type RetryOfMessage = z.output<typeof retryOfMessage>;
export type PlannedAnswer = z.output<typeof planned>;
export type WaitingFileAnswer = z.output<typeof waitingFile>;
