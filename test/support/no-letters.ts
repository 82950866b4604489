import type { Addressing } from "../../src/relay/mail/addressing.ts";

/** For what knows channels without letters alone. */
export const noLetters: Pick<Addressing, "answer"> = {
  answer: (_conversation, { content }) => Promise.resolve(content),
};
