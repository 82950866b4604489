import type { Letter } from "../../../src/domain/letter.ts";
import type { Attachment, Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";

/** Letters that a page can show. */
export const maria = { address: "maria@example.com", name: "Maria Lopez" };
export const sales = { address: "sales@ellis.example", name: "Ellis & Sons" };

export function letterContent(
  text: string,
  more: Partial<Letter> = {},
  attachments: readonly Attachment[] = [],
): Content {
  const envelope = {
    messageId: `<${text.length}@example.com>`,
    subject: "The oak table",
    from: maria,
    to: [sales],
    cc: [],
  };
  return { body: plainText(text), attachments, letter: { ...envelope, class: "human", ...more } };
}
