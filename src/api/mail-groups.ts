import { z } from "zod";
import { mailAddress } from "./letters.ts";

const colleague = z.object({ id: z.string(), name: z.string().optional() });

/** A distribution list of the company itself. */
export const mailGroup = z.object({
  address: z.string(),
  since: z.string().describe("When it was first known."),
  addedBy: colleague.optional().describe("The colleague who added it. Absent: a letter that it handed on told of it."),
  removed: z
    .object({ at: z.string(), by: colleague })
    .optional()
    .describe("It was taken off: it counts as a person's address, and no letter brings it back."),
});

export const mailGroupChange = z.object({ address: mailAddress });

export type MailGroupAnswer = z.output<typeof mailGroup>;
