import type { SessionMemory } from "../../../src/channels/contract/sessions.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";

export function memoryOf(store: Map<string, Buffer>, isDown: () => boolean = () => false): SessionMemory {
  const ask = async <T>(work: () => T): Promise<T> => {
    await Promise.resolve();
    if (isDown()) throw new Error("the store is down");
    return work();
  };
  return {
    get: (key) => ask(() => store.get(key)),
    set: (key, value) => ask(() => void store.set(key, Buffer.from(value))),
    delete: (key) => ask(() => void store.delete(key)),
    list: (prefix) =>
      ask(() =>
        [...store]
          .filter(([key]) => key.startsWith(prefix))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => ({ key, value })),
      ),
    clear: () => ask(() => store.clear()),
  };
}

export function whatsappAccount(settings: Readonly<Record<string, unknown>> = { consent: true }): Account {
  return {
    id: accountId("acc-1"),
    portal: portalId("portal-1"),
    channel: "whatsapp-web",
    name: "Support number",
    credentials: {},
    webhookSecret: "s3cret_of-this-account",
    settings,
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

export const CUSTOMER = { pn: "4915112345678@c.us", lid: "77001122334455@lid", name: "Anna Weber" } as const;
