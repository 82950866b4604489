/** Copies of letters in the index of all mails, over the real store: whose they are, once, and in their thread. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BccHost, BccOwner, CopiedLetter, OpenLetter } from "../../../src/channels/contract/bcc.ts";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { LetterBook } from "../../../src/channels/contract/letters.ts";
import type { Account } from "../../../src/domain/account.ts";
import { mailId, type PortalId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createMetrics } from "../../../src/log/metrics.ts";
import type { PortalProfile } from "../../../src/portal/contract/people.ts";
import type { PortalOutcome } from "../../../src/portal/contract.ts";
import { createInboundAcceptor } from "../../../src/relay/accept-inbound.ts";
import { createRules } from "../../../src/relay/crm/rulesets.ts";
import { createBccHost } from "../../../src/relay/mail/bcc-host.ts";
import { createLetterBooks } from "../../../src/relay/mail/book.ts";
import { createOwnAddresses } from "../../../src/relay/mail/own-addresses.ts";
import { NO_NEWS } from "../../../src/relay/news.ts";
import { createTally } from "../../../src/relay/tally.ts";
import type { Store } from "../../../src/store/contract.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { accept, content, inbound, installation, newPortalId, reply } from "../../contract/store-fixtures.ts";

const ANN = "ann@shop.example";
const MARIA = "maria@customer.example";
const log = createLogger("silent");
const now = () => new Date();

let store: Store;
let portal: PortalId;
let owner: BccOwner;
let host: BccHost;
/** The portal's people: id, and what it says of them; `undefined`: it cannot be asked. */
let people: Map<string, PortalProfile> | undefined;
/** Fails the next acceptance before it is stored. */
let broken: boolean;
let dies: boolean;

beforeAll(async () => {
  store = await openStore({ dataDir: "memory://", secretKey: "k".repeat(32), log });
}, 60_000);
afterAll(() => store.close());

beforeEach(async () => {
  portal = newPortalId();
  owner = { portal, user: "7" };
  people = new Map([
    ["7", { active: true, email: ANN }],
    ["8", { active: true, email: "boss@shop.example" }],
    ["9", { active: false, email: "gone@shop.example" }],
  ]);
  broken = false;
  dies = false;
  await store.portals.install(installation(portal));
  for (const id of ["7", ""]) await store.bcc.put(portal, id, `key-${portal}-${id}`);
  const dispatcher = { wake: () => undefined, wakeAt: () => undefined };
  const acceptor = createInboundAcceptor({
    ...{ store, dispatcher, news: NO_NEWS, metrics: createMetrics(), tally: createTally(), log, now },
  });
  const ask = <T>(answer: (known: Map<string, PortalProfile>) => T): Promise<PortalOutcome<T>> =>
    Promise.resolve(people ? { kind: "ok", value: answer(people) } : { kind: "unreachable", sentence: "Away." });
  host = createBccHost({
    store,
    portals: {
      people: () => ({
        profile: (id: string) => ask((known) => known.get(id)),
        byEmail: (wanted: readonly string[]) =>
          ask((known) => {
            const active = [...known].filter(([, { active }]) => active);
            return new Map(active.flatMap(([id, { email = "" }]) => (wanted.includes(email) ? [[email, id]] : [])));
          }),
        list: never,
        names: never,
        writersAmong: never,
        onLeave: never,
        members: never,
        departments: never,
      }),
    },
    own: createOwnAddresses({ store, rules: createRules(store, now), now }),
    dispatcher,
    acceptor: {
      async accept(account, events) {
        if (broken) throw new Error("away");
        const accepted = await acceptor.accept(account, events);
        if (dies) throw new Error("killed");
        return accepted;
      },
    },
    adapter: {
      id: "bcc",
      title: "Copies of e-mail",
      connect: (account) =>
        Promise.resolve({ connection: { kind: "connected", sentence: "Ready." }, profile: account.profile }),
    },
    nameOf: () => Promise.resolve("Copies"),
    newSecret: randomUUID,
    inTurn: (_portal, work) => work(),
    wait: () => Promise.resolve(),
    now,
  });
});

const never = () => Promise.reject(new Error("not asked here"));

let letters = 0;
function letter(change: Partial<CopiedLetter> = {}): CopiedLetter {
  letters += 1;
  return {
    owner,
    sender: ANN,
    print: Buffer.from(randomUUID()),
    messageId: `<offer-${letters}@shop.example>`,
    from: { address: ANN, name: "Ann" },
    to: [{ address: MARIA }],
    cc: [],
    subject: "Our offer",
    date: new Date(Date.UTC(2026, 4, 4, 10, letters)),
    sent: true,
    ...change,
  };
}

async function open(copy: CopiedLetter): Promise<OpenLetter> {
  const begun = await host.begin(copy);
  if (begun.kind !== "open") throw new Error(begun.kind);
  return begun;
}

const event = ({ pending }: OpenLetter): ChannelEvent => ({
  kind: "message",
  key: `letter:${pending.letter}`,
  chatId: pending.thread,
  at: now(),
  customer: { externalId: MARIA, email: MARIA },
  externalId: `letter:${pending.letter}`,
  content: { body: plainText("Here it is."), attachments: [] },
  fromDevice: true,
});

async function box(settings: object): Promise<{ readonly account: Account; readonly book: LetterBook }> {
  const account = await store.accounts.create(portal, {
    ...{ channel: "email", name: "Box", credentials: { password: "x" }, settings: { ...settings }, webhookSecret: "s" },
    connection: { kind: "connected", sentence: "Connected" },
  });
  const known = { of: () => Promise.resolve(new Set<string>()), inCrm: () => Promise.resolve([]) };
  const unsubscribing = { byMail: () => Promise.resolve(false), byComplaint: () => Promise.resolve(false) };
  const books = createLetterBooks({ store, rules: createRules(store, now), known, unsubscribing, log, now });
  return { account, book: books(account) };
}

const seen = (copy: CopiedLetter, folder: string, change: object = {}) => {
  const { owner: _owner, sender: _sender, print: _print, ...facts } = copy;
  return { ...facts, folder, validity: "1", uid: 1, history: false, ...change };
};

const messages = async () => {
  const made = await account();
  return made ? await store.messages.journal(portal, { limit: 100, account: made.id, after: 0 }) : [];
};
const account = async () => (await store.accounts.list(portal)).find(({ channel }) => channel === "bcc");

describe("a copy", () => {
  it("becomes a message of the portal's own account for copies, which is made by itself", async () => {
    const begun = await open(letter());
    expect(begun.isForeign(MARIA)).toBe(true);
    expect(begun.isForeign(ANN)).toBe(false);
    await begun.accept(event(begun));
    expect(await account()).toMatchObject({ name: "Copies", connection: { kind: "connected" } });
    expect(await messages()).toMatchObject([{ origin: { by: "device" }, content: { body: { text: "Here it is." } } }]);
    expect((await store.bcc.find(portal, "7"))?.usedAt).toBeInstanceOf(Date);
  });

  it("is one however often it comes, also when it was not known whether it had been stored", async () => {
    const copy = letter();
    const first = await open(copy);
    broken = true;
    await expect(first.accept(event(first))).rejects.toThrow("away");
    await first.drop();
    broken = false;
    const second = await open({ ...copy, print: Buffer.from(randomUUID()) });
    expect(second.pending.letter).toBe(first.pending.letter);
    await second.accept(event(second));
    expect(await host.begin(copy)).toEqual({ kind: "known" });
    expect(await host.begin({ ...copy, owner: { portal } })).toEqual({ kind: "known" });
    expect(await messages()).toHaveLength(1);
  });

  it("is known where a mailbox had it, and waits while one is taking it", async () => {
    const { account: annsBox, book } = await box({ address: ANN });
    const copy = letter();
    await book.keep([seen(copy, "Sent")]);
    const [waiting] = await book.pending(10);
    expect(waiting?.folder).toBe("Sent");
    expect(await host.begin(copy)).toEqual({ kind: "busy" });
    await accept(store, inbound(annsBox, { key: `letter:${waiting?.letter}` }));
    await book.done(waiting?.letter ?? "");
    expect(await host.begin(copy)).toEqual({ kind: "known" });
  });

  /** A letter that a box had first, and the copy of it. */
  async function hadBy(settings: object) {
    const { account: had, book } = await box({ address: "ann.private@shop.example", box: "personal", ...settings });
    const copy = letter();
    await book.keep([seen(copy, "Sent")]);
    const [waiting] = await book.pending(10);
    const { message, conversation } = await accept(store, inbound(had, { key: `letter:${waiting?.letter}` }));
    await book.done(waiting?.letter ?? "");
    return { copy, message, conversation };
  }

  it.each(["click", "subject"])(
    "is its owner's word that the card gets it, of a box that shows by %s",
    async (showing) => {
      const { copy, message, conversation } = await hadBy({ owner: "7", showing });
      expect(await host.begin(copy)).toEqual({ kind: "shown" });
      expect(await host.begin({ ...copy, owner: { portal }, sender: "Ann.Private@shop.example" })).toEqual({
        kind: "shown",
      });
      expect(await store.wishes.open(portal, conversation)).toEqual([message]);
      expect(await messages()).toEqual([]);
      await store.wishes.settle(portal, message, "7");
      expect(await host.begin(copy)).toEqual({ kind: "known" });
    },
  );

  it("leaves a colleague's box as it is, and is a letter of its own where no card has anything of it", async () => {
    const hidden = await hadBy({ owner: "8", showing: "click" });
    const begun = await open(hidden.copy);
    await begun.accept(event(begun));
    expect(await store.wishes.open(portal, hidden.conversation)).toEqual([]);
    expect(await store.wishes.find(portal, hidden.message)).toEqual({ done: true });
    expect(await messages()).toHaveLength(1);
    expect(await host.begin(hidden.copy)).toEqual({ kind: "known" });
  });

  it("changes nothing where a colleague's box shows the subject, or its owner's box the whole", async () => {
    const subject = await hadBy({ owner: "8", showing: "subject" });
    expect(await host.begin(subject.copy)).toEqual({ kind: "known" });
    expect(await store.wishes.find(portal, subject.message)).toBeUndefined();
    const whole = await hadBy({ owner: "7", showing: "whole", address: "ann.open@shop.example" });
    expect(await host.begin(whole.copy)).toEqual({ kind: "known" });
    expect(await store.wishes.find(portal, whole.message)).toBeUndefined();
  });

  it("is not told by the mailbox as well when the server died between the message and the index", async () => {
    const { book } = await box({ address: ANN });
    const copy = letter({ date: new Date(Date.now() + 60_000) });
    const begun = await open(copy);
    dies = true;
    await expect(begun.accept(event(begun))).rejects.toThrow("killed");
    dies = false;
    // The lock of who is dead is over some time.
    await begun.drop();
    await book.keep([seen(copy, "Sent")]);
    expect(await book.pending(10)).toEqual([]);
    expect(await store.mails.find(portal, mailId(begun.pending.letter))).toMatchObject({ isHandled: true });
    expect(await host.begin(copy)).toEqual({ kind: "known" });
    expect(await messages()).toHaveLength(1);
  });

  it("is taken though a mailbox passed the letter over, as history of nobody whom it knew", async () => {
    const { book } = await box({ address: ANN });
    const copy = letter({ date: new Date(Date.UTC(2020, 1, 1)) });
    await book.keep([seen(copy, "Sent", { history: true })]);
    expect(await book.pending(10)).toEqual([]);
    const begun = await open(copy);
    await begun.accept(event(begun));
    expect(await host.begin(copy)).toEqual({ kind: "known" });
    expect(await messages()).toHaveLength(1);
  });

  it("that came first is nothing new when the mailbox sees it, and the answer to it is of its thread", async () => {
    const copy = letter();
    const begun = await open(copy);
    await begun.accept(event(begun));
    const { book } = await box({ address: ANN });
    expect(await book.keep([seen(copy, "Sent")])).toMatchObject([{ known: true, thread: begun.pending.thread }]);
    expect(await book.pending(10)).toEqual([]);
    const answer = {
      ...seen(letter({ from: { address: MARIA }, to: [{ address: ANN }] }), "INBOX"),
      ...{ sent: false, subject: "Re: Our offer", inReplyTo: copy.messageId ?? "" },
    };
    expect(await book.keep([answer])).toMatchObject([{ known: false, thread: begun.pending.thread }]);
  });

  it("is none of a letter among colleagues, nor of one that was written on our pages", async () => {
    expect(await host.begin(letter({ to: [{ address: "boss@shop.example" }] }))).toEqual({ kind: "own" });
    const { account: other } = await box({ address: "sales@shop.example" });
    const { conversation } = await accept(store, inbound(other));
    const written = {
      ...{ messageId: `<${"ab".repeat(16)}@shop.example>`, subject: "", from: { address: ANN }, to: [], cc: [] },
      class: "human" as const,
    };
    await store.messages.acceptReply(reply(portal, conversation, { content: { ...content("x"), letter: written } }));
    expect(await host.begin(letter({ messageId: `<${"AB".repeat(16)}@shop.example>` }))).toEqual({ kind: "known" });
  });
});

describe("an employee", () => {
  const writes = (address: string, who = owner) => host.writesFrom(who, address);

  it("writes from the address of their profile, in whatever letters", async () => {
    expect(await writes(ANN.toUpperCase())).toBe("yes");
    expect(await writes("boss@shop.example")).toBe("no");
    expect(await store.bcc.ownAddresses(portal)).toEqual([ANN]);
  });

  it("writes from a department's mailbox and their own one, and not from a colleague's", async () => {
    await box({ address: "Sales@shop.example" });
    await box({ address: "own@shop.example", box: "personal", owner: "7" });
    await box({ address: "theirs@shop.example", box: "personal", owner: "8" });
    expect(await writes("sales@shop.example")).toBe("yes");
    expect(await writes("own@shop.example")).toBe("yes");
    expect(await writes("theirs@shop.example")).toBe("no");
    expect(await writes("theirs@shop.example", { portal })).toBe("yes");
  });

  it("writes from what they have confirmed, once a letter has come from there", async () => {
    expect(await writes("ann@home.example")).toBe("no");
    expect(await store.bcc.senders(portal, "7")).toMatchObject([{ address: "ann@home.example", state: "asked" }]);
    await store.bcc.confirmSender(portal, "7", "ann@home.example");
    expect(await writes("ann@home.example")).toBe("yes");
    expect(await writes("ann@home.example", { portal })).toBe("no");
  });

  it("writes no more after they have left, whatever was confirmed, and nobody can tell while the portal is away", async () => {
    await store.bcc.noteSender(portal, "7", "ann@home.example", "asked", now());
    await store.bcc.confirmSender(portal, "7", "ann@home.example");
    people?.set("7", { active: false, email: ANN });
    expect(await writes("ann@home.example")).toBe("no");
    expect(await writes(ANN)).toBe("no");
    expect(await writes("gone@shop.example", { portal })).toBe("no");
    people = undefined;
    expect(await writes(ANN)).toBe("cannot-tell");
    expect(await writes("stranger@shop.example", { portal })).toBe("cannot-tell");
  });

  it("of any kind writes to the portal's own address", async () => {
    expect(await writes("boss@shop.example", { portal })).toBe("yes");
    expect(await writes("stranger@shop.example", { portal })).toBe("no");
  });
});

describe("an address", () => {
  it("is its owner's, until the application is taken out of the portal", async () => {
    expect(await host.ownerOf(`key-${portal}-7`)).toEqual({ portal, user: "7" });
    expect(await host.ownerOf(`key-${portal}-`)).toEqual({ portal });
    expect(await host.ownerOf("nobody's")).toBeUndefined();
    await store.portals.dropTokens(portal);
    expect(await host.ownerOf(`key-${portal}-7`)).toBeUndefined();
  });
});
