import { z } from "zod";
import { botSettingsSchema } from "../rules/bots/settings.ts";

export const bot = botSettingsSchema.extend({
  changedAt: z.iso.datetime().nullable().describe("`null`: never saved."),
  restsUntil: z.iso.datetime().nullable().describe("It failed too often: people get everything until then."),
  failure: z
    .object({ sentence: z.string(), at: z.iso.datetime() })
    .nullable()
    .describe("The last time that it did not answer as it should."),
  answeredAt: z.iso.datetime().nullable(),
});

export const botPut = botSettingsSchema;

export const botSaved = bot.extend({
  secret: z.string().optional().describe("What its requests are signed with: told when it is made, and never again."),
});

export const botSecret = z.object({ secret: z.string() });

export const botTried = z.object({
  ok: z.boolean(),
  sentence: z.string().nullable().describe("What was wrong with its answer."),
});

export type BotAnswer = z.output<typeof bot>;
export type BotPut = z.input<typeof botPut>;
export type BotSavedAnswer = z.output<typeof botSaved>;
export type BotSecretAnswer = z.output<typeof botSecret>;
export type BotTriedAnswer = z.output<typeof botTried>;
