import { z } from "zod";
import { conversation } from "./messages.ts";

export const elsewhere = z.array(
  z.object({
    conversation,
    message: z.string().describe("Its first letter there: where to begin."),
    began: z.boolean().describe("true: the thread began there; false: it goes on there."),
  }),
);

export type ElsewhereAnswer = z.output<typeof elsewhere>;
