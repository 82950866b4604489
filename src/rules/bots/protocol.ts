/**
 * What we ask an account's outside bot, and what it may answer: the schemas that `docs/bots.md` describes and that stand in
 * `/openapi.json`. Tolerant where that does no harm: what an answer says beside this is left unread.
 */
import { z } from "zod";

/** Bytes of an answer. */
export const MOST_ANSWER_BYTES = 64 * 1024;
const MOST_MESSAGES = 5;

const file = z.object({
  kind: z.enum(["photo", "video", "animation", "voice", "audio", "file", "sticker"]),
  name: z.string().optional(),
  mime: z.string().optional(),
  size: z.int().optional().describe("Bytes."),
  url: z.string().describe("Signed; ends after some hours."),
});

export const botEventSchema = z.object({
  version: z.literal(1),
  event: z
    .enum(["started", "message", "closed", "ping"])
    .describe(
      "started: a new session begins; what is answered is said before anything else. message: the customer wrote. closed: the bot has it no more, and its answer is not read. ping: an administrator tries the address.",
    ),
  id: z.string().describe("As in the header `Threadline-Id`: the same one again is the same event."),
  at: z.iso.datetime(),
  account: z.object({ id: z.string(), name: z.string(), channel: z.string() }),
  conversation: z
    .object({
      id: z.string(),
      session: z.int().describe("Which one of this conversation the bot has, from 1."),
      language: z.enum(["en", "ru", "es"]).describe("Of the portal."),
    })
    .nullable()
    .describe("`null` with `ping`."),
  person: z
    .object({ name: z.string().nullable(), phone: z.string().optional(), email: z.string().optional() })
    .nullable()
    .describe("As the channel knows them. `null` with `ping`."),
  message: z
    .object({ id: z.string(), text: z.string(), files: z.array(file), at: z.iso.datetime() })
    .nullable()
    .describe("With `message` only."),
  reason: z
    .enum(["handover", "closed", "taken", "failed", "off"])
    .nullable()
    .describe(
      "With `closed` only. handover, closed: as the bot asked. taken: a person has it. failed: the bot did not answer as it should. off: it was switched off, or the session ended without it.",
    ),
});

/** For `/openapi.json`. */
z.globalRegistry.add(botEventSchema, { id: "BotEvent" });

export type BotEvent = z.output<typeof botEventSchema>;

const button = z.union([
  z.string().trim().min(1).max(40),
  z.object({ text: z.string().trim().min(1).max(40), url: z.url({ protocol: /^https?$/ }).max(1_000) }),
]);

export const botAnswerSchema = z.object({
  messages: z
    .array(
      z.object({
        text: z.string().trim().min(1).max(4_000),
        buttons: z
          .array(button)
          .max(10)
          .optional()
          .describe(
            "A text is sent as the customer's message when it is pressed; where a channel has no buttons they are listed.",
          ),
      }),
    )
    .max(MOST_MESSAGES)
    .default([]),
  action: z
    .enum(["continue", "handover", "close"])
    .default("continue")
    .describe(
      "What becomes of the conversation after these messages: the bot keeps it, people take it, or it is over.",
    ),
  note: z.string().trim().min(1).max(2_000).nullish().describe("For colleagues, beside the conversation."),
  tags: z.array(z.string().trim().min(1).max(50)).max(10).nullish().describe("Put on the conversation."),
});

z.globalRegistry.add(botAnswerSchema, { id: "BotAnswer" });

export type BotAnswer = z.output<typeof botAnswerSchema>;

export const EMPTY_ANSWER: BotAnswer = { messages: [], action: "continue" };
