import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LetterBook, SeenLetter } from "../../../src/channels/contract/letters.ts";
import type { Account } from "../../../src/domain/account.ts";
import type { PortalId } from "../../../src/domain/ids.ts";
import { createLogger } from "../../../src/log/log.ts";
import type { CrmRef } from "../../../src/portal/contract/crm.ts";
import type { PortalOutcome } from "../../../src/portal/contract.ts";
import { createRules } from "../../../src/relay/crm/rulesets.ts";
import { createLetterBooks } from "../../../src/relay/mail/book.ts";
import { createKnownPeople, type KnownPeopleDeps } from "../../../src/relay/mail/known-people.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { letterBookTests } from "../../contract/letter-book.ts";
import { accept, inbound, installation, newPortalId } from "../../contract/store-fixtures.ts";
import { createMemoryLetters } from "../../support/mail/memory-letters.ts";

/** The book of letters over the real index, and the one of the channel's tests, held to the same promises. */

const log = createLogger("silent");
const now = () => new Date();
let store: Store;
beforeAll(async () => {
  store = await openStore({ dataDir: "memory://", secretKey: "k".repeat(32), log });
});
afterAll(() => store.close());

/** The portal's CRM: who stands in it, and what it was asked. */
class Crm {
  readonly known: string[] = [];
  readonly asked: (readonly string[])[] = [];
  down = false;

  portals(): KnownPeopleDeps["portals"] {
    const findByContact = (_kind: string, values: readonly string[]): Promise<PortalOutcome<readonly CrmRef[]>> => {
      if (this.down) return Promise.resolve({ kind: "unreachable", sentence: "The portal is away." });
      this.asked.push(values);
      const found = values.filter((value) => this.known.includes(value));
      return Promise.resolve({ kind: "ok", value: found.map((id) => ({ type: "contact", id })) });
    };
    return { crm: () => ({ findByContact }) } as unknown as KnownPeopleDeps["portals"];
  }
}

async function newBox(portal: PortalId, address: string, settings: object = {}): Promise<Account> {
  return await store.accounts.create(portal, {
    channel: "email",
    name: address,
    credentials: { password: "x" },
    settings: { address, ...settings },
    webhookSecret: "s",
    connection: { kind: "connected", sentence: "Connected" },
  });
}

const unsubscribing = { byMail: () => Promise.resolve(false) };

async function world(settings: object = {}) {
  const portal = newPortalId();
  await store.portals.install(installation(portal));
  const crm = new Crm();
  const known = createKnownPeople({ people: store.people, portals: crm.portals(), now });
  const books = createLetterBooks({ store, rules: createRules(store, now), known, unsubscribing, log, now });
  const [anna, boris] = [await newBox(portal, "anna@shop.test", settings), await newBox(portal, "boris@shop.test")];
  return { portal, crm, anna, boris, open: (account: Account): LetterBook => books(account) };
}

const YEAR_AGO = new Date(Date.now() - 365 * 86_400_000);

letterBookTests("over the store", async () => {
  const { crm, anna, boris, open } = await world();
  crm.known.push("customer@example.com");
  return {
    anna: open(anna),
    boris: open(boris),
    annaAgain: () => open(anna),
    customer: "customer@example.com",
    longAgo: YEAR_AGO,
  };
});

letterBookTests("in memory", async () => {
  const letters = createMemoryLetters();
  return {
    anna: letters.book("anna"),
    boris: letters.book("boris"),
    annaAgain: () => letters.book("anna"),
    customer: "customer@example.com",
    longAgo: YEAR_AGO,
  };
});

describe("what is old", () => {
  const old = (id: number, from: string): SeenLetter => ({
    folder: "INBOX",
    validity: "1",
    uid: id,
    messageId: `<old-${id}@example.com>`,
    from: { address: from },
    to: [{ address: "anna@shop.test" }],
    cc: [],
    subject: `Old ${id}`,
    date: new Date(YEAR_AGO.getTime() + id * 60_000),
    sent: false,
    history: true,
  });

  it("is fetched when its people stand in the CRM, or have written here before; the portal is asked for many at once", async () => {
    const { portal, crm, anna, open } = await world();
    const book = open(anna);
    crm.known.push("person7@example.com", "person31@example.com");
    const { conversation } = await accept(store, inbound(anna, { chatId: "elsewhere" }));
    await store.people.identify(portal, {
      conversation,
      points: [
        {
          kind: "email",
          key: "person50@example.com",
          shown: "person50@example.com",
          why: { by: "crm" },
          linkable: true,
        },
      ],
      sharedByMoreThan: 5,
    });
    const all = Array.from({ length: 100 }, (_, id) => old(id + 1, `person${id}@example.com`));
    const kept = await book.keep(all);
    const given = await book.pending(100);
    expect(given.map(({ letter }) => letter)).toEqual([7, 31, 50].map((id) => kept[id]?.letter));
    for (const values of crm.asked) expect(values.length).toBeLessThanOrEqual(20);
    // 99 strangers and two known ones: five groups, and the halves of two of them.
    expect(crm.asked.length).toBeLessThan(25);
    for (const { letter } of given) await book.done(letter);
    expect(await open(anna).pending(100)).toEqual([]);
  });

  it("waits while the portal cannot say; what has just come does not", async () => {
    const { crm, anna, open } = await world();
    const book = open(anna);
    crm.down = true;
    crm.known.push("customer@example.com");
    await book.keep([old(1, "customer@example.com")]);
    const [fresh] = await book.keep([{ ...old(2, "new@example.com"), date: new Date(), history: false }]);
    expect((await book.pending(10)).map(({ letter }) => letter)).toEqual([fresh?.letter]);
    crm.down = false;
    expect(await book.pending(10)).toHaveLength(2);
  });
});

describe("a box that is kept apart", () => {
  it("shares no letter and no thread with the others", async () => {
    const { anna, boris, open } = await world({ apart: true });
    const mail: SeenLetter = {
      folder: "INBOX",
      validity: "1",
      uid: 1,
      messageId: "<apart@example.com>",
      from: { address: "customer@example.com" },
      to: [{ address: "anna@shop.test" }],
      cc: [],
      subject: "Apart",
      date: new Date(),
      sent: false,
      history: false,
    };
    const [own] = await open(anna).keep([mail]);
    const [others] = await open(boris).keep([mail]);
    expect(others).toMatchObject({ known: false });
    expect(others?.letter).not.toBe(own?.letter);
    expect(await open(anna).threadOf("<apart@example.com>")).toBe(own?.thread);
    expect(await open(boris).threadOf("<apart@example.com>")).toBe(others?.thread);
  });
});
