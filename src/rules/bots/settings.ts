/** How an account's outside bot works. An account that never saved any has none. */
import { z } from "zod";

const words = z.string().trim().min(1).max(2_000);

export const botSettingsSchema = z.object({
  enabled: z.boolean().default(false),
  name: z
    .string()
    .trim()
    .min(1)
    .max(50)
    .default("Bot")
    .describe("Above what it says in the open line, and on our pages."),
  url: z
    .string()
    .trim()
    .max(1_000)
    .default("")
    .describe("Where its requests go: https, without credentials or a query."),
  when: z
    .enum(["first", "always"])
    .default("always")
    .describe("`first`: whoever writes for the first time. `always`: every new session, until it hands over."),
  timeoutSeconds: z.int().min(1).max(30).default(10).describe("After which a person takes over."),
  failureReply: words.nullable().default(null).describe("What the customer is told then. `null`: nothing."),
});

export type BotSettings = z.output<typeof botSettingsSchema>;
