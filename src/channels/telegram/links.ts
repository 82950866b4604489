import type { Account } from "../../domain/account.ts";
import type { AccountLink } from "../contract.ts";

/**
 * Deep links of a bot (core.telegram.org/bots/features#deep-linking). Pressing Start on one sends `/start <mark>`, which
 * comes back as a fact of the conversation (`site.start`).
 */
export function links({ profile: { url } }: Account): readonly AccountLink[] {
  if (url === undefined) return [];
  return [
    { id: "chat", title: "Opens the chat with the bot", url },
    {
      id: "start",
      title: "Opens the chat and tells where the customer came from",
      url: `${url}?start={mark}`,
      mark: {
        pattern: "^[A-Za-z0-9_-]{1,64}$",
        help: "Up to 64 Latin letters, digits, _ and -. It stands in the chat and in the facts of the conversation.",
        example: "summer-sale_instagram",
      },
    },
    { id: "group", title: "Adds the bot to a group", url: `${url}?startgroup` },
  ];
}
