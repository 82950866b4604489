import { z } from "zod";
import { id, text } from "./common.ts";

const mention = z.object({
  id: z.string().regex(/^\d{1,15}$/, "must be the id of a colleague"),
  name: text(200).min(1).describe("As it stands in the text, after an `@`."),
});

export const note = z.object({
  id: z.string(),
  conversation: z.string(),
  seq: z.number().int().describe("In the order in which notes were written."),
  author: z
    .object({ id: z.string(), name: z.string().optional() })
    .describe('The colleague; "bot": the account\'s outside bot.'),
  text: z.string(),
  mentions: z.array(z.object({ id: z.string(), name: z.string() })),
  createdAt: z.iso.datetime().describe("By the clock of the messages' `createdAt`, among which it stands."),
  editedAt: z.iso.datetime().nullable(),
});

const written = {
  text: text(4_000).refine((value) => value.trim() !== "", "must not be empty"),
  mentions: z
    .array(mention)
    .max(20)
    .default([])
    .describe("Colleagues to tell. One whose `@name` is not in the text is left out."),
};

export const newNote = z.object({
  clientId: z.uuid().describe("Made by the page: the same one twice is one note."),
  ...written,
});

export const changedNote = z.object(written);

export const notesQuery = z.object({
  together: z
    .enum(["true", "false"])
    .optional()
    .describe("true: beside all conversations of the same person that the viewer may read."),
  before: z.coerce.number().int().nonnegative().optional().describe("Those before this position."),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const noteParams = z.object({ id });

export type NoteAnswer = z.output<typeof note>;
export type NewNote = z.input<typeof newNote>;
