import { z } from "zod";

const instant = z.iso.datetime();

const bccAddress = z.object({
  address: z.string().describe("Goes into Bcc. Whoever knows it and can write as its owner puts letters into cards."),
  madeAt: instant,
  usedAt: instant.nullable().describe("When a letter was last taken."),
  from: z.array(z.string()).describe("Addresses that letters are taken from: of the profile, and of mailboxes."),
  senders: z
    .array(z.object({ address: z.string(), confirmed: z.boolean(), seenAt: instant }))
    .describe("Further ones that a letter has come from, and whether its owner has said that they are theirs."),
});

export const bccState = z.object({
  on: z.boolean(),
  problem: z.string().optional().describe("Why there are no such addresses here, in words."),
  mine: bccAddress.nullable().describe("null: none was made yet."),
  everybodys: bccAddress.nullable().optional().describe("For all employees; only administrators see it."),
});

export const bccWhose = z.object({ whose: z.enum(["mine", "everybodys"]).default("mine") });

export const bccSenderParams = z.object({
  address: z
    .string()
    .trim()
    .toLowerCase()
    .max(320)
    .regex(/^[^\s@]+@[^\s@]+$/, "must be an e-mail address"),
});

export type BccStateAnswer = z.output<typeof bccState>;
export type BccAddressAnswer = z.output<typeof bccAddress>;
