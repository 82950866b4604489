import type { ChannelRequest } from "../../../src/channels/contract.ts";
import { formKey } from "../../../src/channels/form/receive.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";

export const SITE = "https://shop.example";
export const NOW = new Date("2026-11-28T10:00:00Z");

export const account: Account = {
  id: accountId("4a1c7c8e-6d0f-4f57-9d7c-0a5c1c2b7b11"),
  portal: portalId("p"),
  channel: "form",
  name: "Shop",
  credentials: {},
  webhookSecret: "a-secret-of-this-account",
  settings: {
    origins: [SITE],
    askName: "optional",
    askPhone: "optional",
    askEmail: "optional",
    country: "ES",
    thanksUrl: `${SITE}/thanks`,
  },
  enabled: true,
  connection: { kind: "starting", sentence: "Not connected yet." },
  profile: {},
  createdAt: new Date(0),
};

export const filled = {
  id: "0b6c1a9e-1f7c-4f0e-8d44-33a1c2f0e001",
  name: "Ana Pérez",
  phone: "600 12 34 56",
  email: "Ana@Example.org",
  text: "Please call me about the oak table.",
  page: `${SITE}/tables?utm_source=ads`,
  title: "Tables",
  referrer: "https://search.example/",
  fields: { Budget: "1000", "Delivery to": "Oslo" },
};

export function request(body: unknown, headers: Record<string, string> = {}, of = account): ChannelRequest {
  const key = formKey(of);
  return {
    method: "POST",
    headers: { origin: SITE, "content-type": "application/json", ...headers },
    rawBody: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify({ key, ...(body as object) })),
    query: {},
  };
}
