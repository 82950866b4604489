import { z } from "zod";
import { id } from "./common.ts";

/** A page looks at one conversation; whoever has more open at once than this is no page. */
const MOST_LOOKED_AT = 20;

const stream = z.uuid().describe("Made by the page, another one for each stream.");

export const liveQuery = z.object({
  stream,
  desk: z.enum(["true", "false"]).default("false").describe("true: of every conversation that the viewer may read."),
  looking: z
    .string()
    .max(1_000)
    .transform((value) => value.split(",").filter((one) => one !== ""))
    .pipe(z.array(id).max(MOST_LOOKED_AT))
    .optional()
    .describe("Conversations that are open on the page, with commas between."),
  after: z.string().max(100).optional().describe("The position that was told last, after a break."),
});

export const liveParams = z.object({ stream });

export const lookingAt = z.object({
  conversations: z.array(id).max(MOST_LOOKED_AT).describe("All that are open on the page now."),
});
