import { z } from "zod";
import { id, text } from "./common.ts";

export const cannedReply = z.object({
  id: z.string(),
  own: z.boolean().describe("The viewer's own; otherwise everybody's."),
  shortcut: z.string(),
  text: z.string().describe("With gaps that the page fills: {name}, {agent}, {company}."),
  changedAt: z.iso.datetime(),
  changedBy: z.object({ id: z.string(), name: z.string().optional() }),
});

export const cannedReplyPut = z.object({
  own: z.boolean().default(false).describe("For the viewer alone. Whose a reply is cannot be changed later."),
  shortcut: text(40)
    .regex(/^[\p{L}\p{N}_-]+$/u, "must be one word of letters, digits, - and _")
    .describe("What is typed after `/`."),
  text: text(4_000).refine((value) => value.trim() !== "", "must not be empty"),
});

export const cannedReplyParams = z.object({ id });

export type CannedReplyAnswer = z.output<typeof cannedReply>;
