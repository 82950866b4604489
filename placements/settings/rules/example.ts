import type { TryRules } from "../../../src/api/rules.ts";
import { t } from "./words.ts";

type Facts = NonNullable<TryRules["facts"]>;

/** A customer of whom all is known, to show what templates make of it. */
export const EXAMPLE: Facts = {
  channel: "telegram",
  account: { id: "example", name: t("example.account") },
  conversation: "3f81",
  customer: {
    name: t("example.name"),
    lastName: t("example.lastName"),
    username: "maria",
    phones: ["+79031234567"],
    emails: ["maria@example.com"],
  },
  text: t("example.text"),
  site: { host: "example.com", page: "https://example.com/tables", utm: { source: "search" }, form: "order" },
  mail: { from: "maria@example.com", to: ["info@example.com"], subject: t("example.subject") },
};
/** Somebody of whom nothing is known. */
export const BARE: Facts = { channel: "telegram", conversation: "3f81" };
