import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MessageReceived } from "../../../src/channels/contract/events.ts";
import type { Session } from "../../../src/channels/contract/sessions.ts";
import { createEmailAdapter } from "../../../src/channels/email/adapter.ts";
import type { PortalId } from "../../../src/domain/ids.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createRules } from "../../../src/relay/crm/rulesets.ts";
import { createLetterBooks } from "../../../src/relay/mail/book.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { installation, newPortalId } from "../../contract/store-fixtures.ts";
import { type Dovecot, startDovecot } from "../../support/services/dovecot.ts";
import { freshDatabase } from "../../support/services/fresh-database.ts";
import { until } from "../../support/world/until.ts";
import { createMemory } from "../telegram-person/harness.ts";
import { mail, mailAccount, QUICK } from "./harness.ts";

/** Many boxes of one portal at a real Dovecot, over the real index in PostgreSQL. */

const BOXES = 50;

describe("many boxes that receive the same mails", () => {
  let server: Dovecot;
  let store: Store;
  let portal: PortalId;
  const sessions: Session[] = [];
  const told: MessageReceived[] = [];
  const addresses = Array.from({ length: BOXES }, (_, box) => `box${box}@shop.test`);

  beforeAll(async () => {
    server = await startDovecot();
    const log = createLogger("silent");
    store = await openStore({ databaseUrl: await freshDatabase("boxes"), secretKey: "k".repeat(32), log, dataDir: "" });
    portal = newPortalId();
    await store.portals.install(installation(portal));
    const now = () => new Date();
    const books = createLetterBooks({
      store,
      rules: createRules(store, now),
      known: { of: async () => new Set(), inCrm: async () => [] },
      unsubscribing: { byMail: async () => false, byComplaint: async () => false },
      log,
      now,
    });
    const adapter = createEmailAdapter({ mailPrivateHosts: ["127.0.0.1"], timing: QUICK });
    const opened = addresses.map(async (address) => {
      const { credentials, settings, channel, name, webhookSecret, connection } = mailAccount(server, { address });
      const account = await store.accounts.create(portal, {
        ...{ credentials, settings, channel, name, webhookSecret, connection },
      });
      await new Promise<void>((resolve) => {
        const session = adapter.sessions?.open(account, {
          memory: createMemory(),
          letters: books(account),
          accept: async (events) => void told.push(...events.filter((event) => event.kind === "message")),
          state: ({ kind }) => kind === "connected" && resolve(),
          profile: () => undefined,
        });
        if (session) sessions.push(session);
      });
    });
    await Promise.all(opened);
  }, 90_000);
  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await store?.close();
    await server?.stop();
  });

  it("tell each of them once, whichever box is first, and see it in all of them", async () => {
    const [date, to] = [new Date(), addresses.join(", ")];
    const mails = Array.from({ length: 5 }, (_, at) => ({
      id: `all-${at}`,
      subject: `To all ${at}`,
      text: `To all of you, ${at}`,
      to,
      date,
    }));
    // All boxes at the same time, and each in an order of its own.
    for (const [box, address] of addresses.entries())
      for (let at = 0; at < mails.length; at += 1) server.deliver(address, mail(mails[(at + box) % mails.length]));
    const seen = async () => {
      const found = await Promise.all(mails.map(({ id }) => store.mails.withMessageId(portal, `<${id}@example.com>`)));
      const places = await Promise.all(found.flat().map((one) => store.mails.places(portal, one.id)));
      return places.map((all) => all.length);
    };
    await until(
      async () => (await seen()).join() === mails.map(() => BOXES).join(),
      60_000,
      "every box to see every mail",
      async () => `${await seen()}`,
    );
    await until(
      async () => {
        const boxes = await store.accounts.list(portal);
        const waiting = await Promise.all(boxes.map(({ id }) => store.mails.waiting(portal, id, { limit: 100 })));
        return waiting.flat().length === 0;
      },
      20_000,
      "all of them to be done",
      () => JSON.stringify(told.map(({ content }) => content.body.text)),
    );
    expect(told.map(({ content }) => content.body.text).toSorted()).toEqual(mails.map(({ text }) => text));
  }, 120_000);
});
