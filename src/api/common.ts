import { z } from "zod";

/** Text that a database can keep: no zero bytes. */
export const text = (max: number) =>
  z
    .string()
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !value.includes("\0"), "must not contain zero bytes");

export const id = text(100).min(1);

export const errorAnswer = z
  .looseObject({ error: z.looseObject({ code: z.string(), message: z.string() }) })
  .describe("Why it did not work; `message` is written for the person at the page.");

/** A sentence with what to do, beside something that was done. */
export const problem = z.string().optional().describe("Done, but something beside it needs attention.");
