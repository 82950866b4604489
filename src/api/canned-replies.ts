import { z } from "zod";
import { id, text } from "./common.ts";

const changedBy = z.object({ id: z.string(), name: z.string().optional() });
const own = z.boolean().default(false).describe("For the viewer alone. Whose it is cannot be changed later.");
const shortcut = text(40)
  .regex(/^[\p{L}\p{N}_-]+$/u, "must be one word of letters, digits, - and _")
  .describe("What is typed after `/`.");
const body = text(4_000).refine((value) => value.trim() !== "", "must not be empty");

/** More is a list that nobody finds anything in; pages read it as a whole. */
export const MOST_REPLIES = 500;
export const MOST_FOLDERS = 100;

export const cannedReply = z.object({
  id: z.string(),
  own: z.boolean().describe("The viewer's own; otherwise everybody's."),
  folder: z.object({ id: z.string(), name: z.string() }).nullable(),
  shortcut: z.string(),
  text: z.string().describe("With gaps that the page fills: {name}, {agent}, {company}."),
  changedAt: z.iso.datetime(),
  changedBy,
});

export const cannedReplyPut = z.object({
  own,
  shortcut,
  text: body,
  folder: id
    .nullish()
    .describe("A folder of the same kind; null: in none. Not said: it stays where it is, and a new one lies in none."),
});

export const cannedReplyMove = z.object({
  folder: id.nullable().describe("A folder of the same kind; null: in none."),
});

export const cannedReplyParams = z.object({ id });

export const cannedFolder = z.object({
  id: z.string(),
  own: z.boolean().describe("The viewer's own; otherwise everybody's."),
  name: z.string(),
  changedAt: z.iso.datetime(),
  changedBy,
});

export const cannedFolderPut = z.object({
  own,
  name: text(60).refine((value) => value.trim() !== "", "must not be empty"),
  replies: z
    .array(z.object({ id, shortcut, text: body }))
    .max(MOST_REPLIES)
    .default([])
    .describe("What comes back with a folder that was deleted: put into it, and made anew where it is gone."),
});

export const cannedFolderParams = z.object({ id });

export const cannedFolderDelete = z.object({
  replies: z
    .enum(["keep", "delete"])
    .optional()
    .describe("Needed where replies lie in it: they lie in no folder then, or are deleted with it."),
});

export const deletedFolder = z.object({
  replies: cannedReply.array().describe("What lay in it when it was deleted, for taking that back."),
});

export type CannedReplyAnswer = z.output<typeof cannedReply>;
export type CannedFolderAnswer = z.output<typeof cannedFolder>;
