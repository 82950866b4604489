import { readFile } from "node:fs/promises";
import { readMail } from "../mail/reading/read-mail.ts";
import type { ReadMail } from "../mail/reading/read-mail-types.ts";
import { type Command, type CommandContext, print } from "./command.ts";

/** `.eml` files in, a line each out. */
export const mail: Command = {
  synopsis: "FILE…",
  about:
    'What the app reads in a mail. Prints one JSON line per .eml file, in their order: {"messageId", "from", "subject", "visible", "folded", "class", "mayCreateLead", "mayAutoAnswer", "failedRecipients", "originalMessageId", "attachments"}. Ids stand in angle brackets as in the header, "from" and "failedRecipients" are bare addresses in lower case, what a mail does not have is null (a text: ""). "visible" is what is new, "folded" the quoted mails; together they hold the whole text. "class" is human, auto-reply, out-of-office, bounce-hard, bounce-soft, delay, complaint, newsletter, system-notice or read-receipt. "failedRecipients" are those that will not get it (empty for a delay). "attachments" are {"name", "type", "size", "contentId", "inline"}.',
  async run({ args, output }: CommandContext) {
    if (args.length === 0) {
      process.stderr.write("Name one .eml file or more: npm run -s inspect -- mail FILE…\n");
      return 2;
    }
    let code = 0;
    for (const file of args) {
      const answer = await readOne(file);
      if ("error" in answer) code = 1;
      await print(output, answer);
    }
    return code;
  },
};

async function readOne(file: string): Promise<{ readonly error: string } | ReturnType<typeof presentMail>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { error: `"${file}" cannot be read (${code}).` };
  }
  return presentMail(await readMail(bytes));
}

/** What the command prints of a mail. */
export function presentMail(mail: ReadMail) {
  const failed = mail.class === "bounce-hard" || mail.class === "bounce-soft" ? (mail.bounce?.recipients ?? []) : [];
  return {
    messageId: mail.messageId ?? null,
    from: mail.from?.address ?? null,
    subject: mail.subject,
    visible: mail.visible,
    folded: mail.folded,
    class: mail.class,
    mayCreateLead: mail.mayCreateLead,
    mayAutoAnswer: mail.mayAutoAnswer,
    failedRecipients: failed.map(({ address }) => address).filter((address) => address !== ""),
    originalMessageId: mail.originalMessageId ?? null,
    attachments: mail.attachments.map(({ name, type, size, contentId, inline }) => ({
      name,
      type,
      size,
      contentId: contentId ?? null,
      inline,
    })),
  };
}
