import { z } from "zod";
import { id, text } from "./common.ts";
import { letterDraft } from "./letters.ts";

const sought = {
  phone: text(40)
    .min(3)
    .optional()
    .describe("As a person writes it; without a country code it needs `defaultCountry`."),
  username: text(100).min(1).optional(),
  email: text(254)
    .regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+[.][^\s@<>,;".]+$/, "must be an e-mail address")
    .optional(),
  defaultCountry: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "must be two letters")
    .optional()
    .describe("ISO 3166 code of the country that numbers without a country code belong to."),
};

const person = z.object({
  externalId: text(1000).min(1),
  name: text(200).exactOptional(),
  lastName: text(200).exactOptional(),
  username: text(200).exactOptional(),
  phone: text(40).exactOptional(),
  email: text(200).exactOptional(),
  url: text(1000).exactOptional(),
  language: text(20).exactOptional(),
});

const oneOf = "must name either a phone, a username or an e-mail address";
interface Wanted {
  readonly phone?: string | undefined;
  readonly username?: string | undefined;
  readonly email?: string | undefined;
}
const isOne = ({ phone, username, email }: Wanted) =>
  [phone, username, email].filter((one) => one !== undefined).length === 1;

export const findPerson = z.object({ account: id, ...sought }).refine(isOne, oneOf);

export const foundPerson = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("found"),
    chatId: z.string(),
    customer: person,
    conversation: z
      .string()
      .nullable()
      .describe("The conversation with them that the viewer may read, where there is one."),
    mayWrite: z
      .enum(["text", "template", "nothing"])
      .describe("What may be written to them now: any text, an approved template alone, or nothing."),
    sentence: z.string().nullable().describe("Why it is not any text."),
  }),
  z.object({ kind: z.literal("nobody"), sentence: z.string() }).describe("The vendor says that there is nobody."),
  z.object({ kind: z.literal("unknown"), sentence: z.string() }).describe("It could not be found out."),
]);

export const firstContactAccounts = z
  .array(z.object({ id: z.string(), name: z.string(), channel: z.string() }))
  .describe("Accounts through which somebody can be written to who has not written yet.");

const found = z
  .object({ chatId: text(1000).min(1), customer: person })
  .describe("As `/people/find` answered it; for administrators.");

export const newConversation = z.object({
  account: id,
  to: z.union([found, z.object(sought).refine(isOne, oneOf)]),
  clientId: text(100).min(8).describe("Made by the caller: the same one twice is one message."),
  content: z.object({
    text: text(20_000).default(""),
    template: z
      .object({ name: text(512).min(1), language: text(20).min(1), variables: z.array(text(1024)).max(50).default([]) })
      .optional()
      .describe("A text that the vendor has approved; `text` then shows what the customer reads."),
    letter: letterDraft.optional(),
  }),
});

export const begunConversation = z.object({ conversation: z.string(), message: z.string() });

export type FirstContactAccount = z.output<typeof firstContactAccounts>[number];
export type FoundPersonAnswer = z.output<typeof foundPerson>;
export type SoughtPerson = z.input<typeof findPerson>;
export type NewConversation = z.input<typeof newConversation>;
export type BegunConversationAnswer = z.output<typeof begunConversation>;
