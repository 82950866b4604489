import { z } from "zod";

export const transcriptWay = z.object({
  to: z.string().describe("The customer's address."),
  through: z.string().describe("Name of the mailbox that it would leave from."),
  sent: z.boolean().describe("It was sent, and nothing was said since."),
});

export const transcriptSent = z.object({
  kind: z.enum(["sent", "known"]).describe("known: it was sent before, and nothing was said since."),
});

export type TranscriptWayAnswer = z.output<typeof transcriptWay>;
