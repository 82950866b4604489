import { z } from "zod";
import { findContacts } from "../rules/contacts/find-contacts.ts";
import { answerLines, type Command } from "./command.ts";

const Question = z.object({
  text: z.string(),
  /** ISO 3166, in either case. */
  defaultCountry: z.string().nullish(),
  eightIsSeven: z.boolean().nullish(),
});

/** `{text, defaultCountry}` lines in, `{phones, emails}` lines out. */
export const contacts: Command = {
  synopsis: "< lines.jsonl",
  about:
    'Phones and e-mails that a customer writes in a chat. Reads JSON lines {"text": "…", "defaultCountry": "RU"} and prints {"phones": ["+7…"], "emails": ["…"]} lines: E.164, and addresses in lower case with an ASCII domain. "eightIsSeven": false reads 8 900… by the default country\'s plan alone.',
  run: (context) =>
    answerLines(context, Question, ({ text, defaultCountry, eightIsSeven }) => {
      const { phones, emails } = findContacts(text, {
        defaultCountry: defaultCountry ?? undefined,
        eightIsSeven: eightIsSeven ?? undefined,
      });
      return { phones: phones.map(({ number }) => number), emails: emails.map(({ address }) => address) };
    }),
};
