/**
 * The portal's own mail program (REST 3.0, `mail.mailbox.list`: the boxes of whoever asks, found by a part of their address).
 * Reading only, and asked once in a while, so nothing is remembered.
 */
import { z } from "zod";
import type { OwnMail } from "./contract/own-mail.ts";
import type { PortalCaller } from "./contract.ts";
import { unreadable } from "./open-lines.ts";

const METHOD = "mail.mailbox.list";
/** The most that one page has. */
const PAGE = 100;

export function createOwnMail(caller: PortalCaller): OwnMail {
  return {
    async reads(address) {
      const wanted = address.toLowerCase();
      const outcome = await caller.call({
        ...{ method: METHOD, params: { email: wanted, pagination: { page: 1, limit: PAGE } } },
        ...{ effect: "read", alone: true, version3: true },
      });
      if (outcome.kind !== "ok") return outcome;
      const parsed = boxesResult.safeParse(outcome.value);
      if (!parsed.success) return unreadable(METHOD);
      return { kind: "ok", value: parsed.data.items.some(({ email }) => email.toLowerCase() === wanted) };
    },
  };
}

const boxesResult = z.object({
  items: z.array(
    z.object({
      email: z
        .string()
        .nullish()
        .transform((one) => one ?? ""),
    }),
  ),
});
