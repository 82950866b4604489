import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LetterBook, SeenLetter } from "../../../src/channels/contract/letters.ts";
import type { Account } from "../../../src/domain/account.ts";
import { mailId, type PortalId } from "../../../src/domain/ids.ts";
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
let ahead = 0;
const now = () => new Date(Date.now() + ahead);
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

const unsubscribing = { byMail: () => Promise.resolve(false), byComplaint: () => Promise.resolve(false) };

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

describe("the company's own groups", () => {
  let uid = 0;
  const handedOn = (more: Partial<SeenLetter> = {}): SeenLetter => {
    uid += 1;
    return {
      ...{ folder: "INBOX", validity: "1", uid, messageId: `<group-${uid}@example.com>`, subject: `Group ${uid}` },
      ...{ date: new Date(), sent: false, history: false, cc: [], to: [{ address: "Team@shop.test" }] },
      from: { address: "maria@customer.example" },
      ...more,
    };
  };
  const viaTeam: Partial<SeenLetter> = {
    from: { address: "team@shop.test", name: "Maria via Team" },
    replyTo: [{ address: "maria@customer.example" }],
    group: "Team@shop.test",
  };

  it("are no customers from the first letter on that one handed on, in every box and after a restart", async () => {
    const { portal, anna, boris, open } = await world();
    const indexed = async (book: LetterBook, letter: SeenLetter) => {
      const [kept] = await book.keep([letter]);
      return store.mails.find(portal, mailId(kept?.letter ?? ""));
    };
    const [first, other] = [open(anna), open(boris)];
    const before = await indexed(other, handedOn());
    expect(before?.people).toEqual(["maria@customer.example", "team@shop.test"]);
    // Rewritten by the group: the writer stands in Reply-To.
    const rewritten = await indexed(first, handedOn(viaTeam));
    expect(rewritten).toMatchObject({
      ...{ sender: "maria@customer.example", people: ["maria@customer.example"], direction: "in" },
    });
    expect(await store.mails.groups(portal)).toEqual(["team@shop.test"]);
    const colleague = { from: { address: "anna@shop.test" }, sent: true };
    expect(await indexed(open(anna), handedOn(colleague))).toMatchObject({ direction: "internal" });
  });

  it("are believed in the company's own domain alone, and not where a card of the CRM has the address", async () => {
    const { portal, crm, anna, open } = await world();
    const book = open(anna);
    crm.known.push("maria@shop.test");
    const made = ["victim@customer.example", "maria@shop.test", "anna@shop.test", "news@lists.shop.test"];
    await book.keep(made.map((group) => handedOn({ group })));
    expect(await store.mails.groups(portal)).toEqual(["news@lists.shop.test"]);
    const asked = crm.asked.length;
    await book.keep([handedOn({ group: "maria@shop.test" })]);
    expect(crm.asked.length).toBe(asked);
  });

  it("that an administrator took off are learned no more; what such an address writes is a person's again", async () => {
    const { portal, crm, anna, open } = await world();
    await open(anna).keep([handedOn(viaTeam)]);
    await store.mails.removeGroup(portal, "team@shop.test", now(), "7");
    ahead = 61_000;
    const book = open(anna);
    const [kept] = await book.keep([handedOn(viaTeam)]);
    const asked = crm.asked.length;
    await book.keep([handedOn(viaTeam)]);
    ahead = 0;
    // Nor is the portal asked again with each of its letters.
    expect(crm.asked.length).toBe(asked);
    expect(await store.mails.groups(portal)).toEqual([]);
    expect((await store.mails.find(portal, mailId(kept?.letter ?? "")))?.people).toContain("team@shop.test");
  });

  it("nobody has one at a service where everybody has a mailbox", async () => {
    const { portal, open } = await world();
    const book = open(await newBox(portal, "shop@gmail.com"));
    await book.keep([handedOn({ group: "customer@gmail.com" })]);
    expect(await store.mails.groups(portal)).toEqual([]);
  });

  it("are believed later when the portal could not be asked; the letter is kept all the same", async () => {
    const { portal, crm, anna, open } = await world();
    crm.down = true;
    expect(await open(anna).keep([handedOn(viaTeam)])).toHaveLength(1);
    expect(await store.mails.groups(portal)).toEqual([]);
    crm.down = false;
    ahead = 61_000;
    await open(anna).keep([handedOn(viaTeam)]);
    ahead = 0;
    expect(await store.mails.groups(portal)).toEqual(["team@shop.test"]);
  });
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
