/** The chain of channels against channels whose answers a test writes, and workers that die at the worst moment. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import type { Account } from "../../src/domain/account.ts";
import { type ConversationId, robotCallId } from "../../src/domain/ids.ts";
import type { Letter } from "../../src/domain/letter.ts";
import { createFirstContact } from "../../src/relay/first-contact.ts";
import type { Addressing } from "../../src/relay/mail/addressing.ts";
import { robotRegistrations } from "../../src/relay/robots/catalogue.ts";
import { createRobotWorker } from "../../src/relay/robots/worker.ts";
import { leaverKey } from "../../src/rules/contacts/leaver-key.ts";
import type { RobotRun } from "../emulators/portal/automation.ts";
import { runRobot } from "../emulators/portal/run-robot.ts";
import { FakeChannel } from "./fake-channel.ts";
import { Relay } from "./harness.ts";

const MINUTE_MS = 60_000;
const NO_CALL = robotCallId("none");
const secondFake = new FakeChannel();
const second: ChannelAdapter = Object.assign(Object.create(secondFake) as ChannelAdapter, {
  ...{ id: "second", title: "Second channel" },
});
let relay: Relay;
let other: Account;
let lead: string;
let first: ConversationId;
let next: ConversationId;
let customers = 0;

beforeAll(async () => {
  relay = await Relay.start();
  other = await relay.store.accounts.create(relay.portal, {
    ...{ channel: "second", name: "The other", credentials: {}, settings: {}, webhookSecret: "s2" },
    connection: { kind: "connected", sentence: "" },
  });
  const automation = relay.portals.automation(relay.portal);
  for (const { kind, robot } of robotRegistrations(new Map(), "http://127.0.0.1:9", (sentence) => sentence))
    await automation.addRobot(kind, robot);
});
afterAll(() => relay.stop());

/** Somebody who writes in both channels, in the second one last, and has a lead. */
beforeEach(async () => {
  relay.resetClock();
  relay.emulator.faults.clear();
  for (const channel of [relay.channel, secondFake]) {
    channel.sent.length = 0;
    channel.answers = [];
    channel.capabilities = { ...channel.capabilities, receipts: "none" };
  }
  customers += 1;
  const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * MINUTE_MS);
  first = await relay.customerWrites(`r${customers}`, "hello", { at: at(9) });
  await relay.acceptor().accept(other, [
    {
      ...{ kind: "message", key: `k${customers}`, chatId: `s${customers}`, externalId: `e${customers}`, at: at(1) },
      ...{ customer: { externalId: `s${customers}`, name: "Maria" } },
      content: { body: { text: "hello there", spans: [] }, attachments: [] },
    },
  ]);
  next = (await relay.store.conversations.findByExternalChat(other.id, `s${customers}`))?.id ?? first;
  const phone = `+79085${String(100_000 + customers)}`;
  for (const [conversation, key] of [
    [first, `${relay.account.id}:r${customers}`],
    [next, `${other.id}:s${customers}`],
  ] as const)
    await relay.store.people.identify(relay.portal, {
      ...{ conversation, sharedByMoreThan: 5 },
      points: [
        { kind: "messenger", key, shown: key, why: { by: "channel" }, linkable: true },
        { kind: "phone", key: phone, shown: phone, why: { by: "channel" }, linkable: true },
      ],
    });
  const card = relay.emulator.portal().portal.crm.add(1, { title: "A lead" }, 1, Date.now());
  lead = String(card.id);
  const person = await relay.store.people.ofConversation(relay.portal, first);
  if (!person) throw new Error("nobody");
  await relay.store.people.saveEntities(relay.portal, person.id, [
    { type: "lead", id: lead, why: "made", title: "", open: true, lastActiveAt: new Date() },
  ]);
});

const channels = () =>
  new Map<string, ChannelAdapter>([
    ["fake", relay.channel],
    ["second", second],
  ]);
/** Conversations in which what is said is such a letter. */
const asLetters = new Map<ConversationId, Letter>();
const addressing: Pick<Addressing, "address"> = {
  address: async ({ content, conversation }) => {
    const letter = conversation && asLetters.get(conversation.id);
    return letter ? { ...content, letter } : content;
  },
};

function worker(store = relay.deps.store) {
  const { deps, portals, rules } = relay;
  return createRobotWorker({
    ...deps,
    ...{ store, portals, rules, addressing, channels: channels() },
    firstContact: createFirstContact({ ...deps, addressing, channels: channels(), voice: portals.voice }),
    sessions: { act: async () => ({ kind: "done" }) },
    inTurn: (_portal, work) => work(),
  });
}

/** The automation comes to the step, and the portal's call has been accepted. */
async function called(properties: Record<string, string>): Promise<RobotRun> {
  const run = runRobot(relay.emulator.portal().portal, {
    ...{ code: "threadline_send", document: ["crm", "CCrmDocumentLead", `LEAD_${lead}`], properties },
  });
  const { portal } = relay;
  await relay.store.robots.accept({
    ...{ portal, robot: "send", workflow: run.workflow, card: { type: "lead", id: lead }, properties },
    ...{ returns: true, token: run.token, at: relay.deps.now() },
  });
  return run;
}

async function deliver(conversation: ConversationId): Promise<void> {
  await relay.run("out", conversation, { ...relay.deps, channels: channels() });
}

const texts = () => [relay.channel.sent, secondFake.sent].map((sent) => sent.map(({ text }) => text));

describe("the best channel", () => {
  it("is the one in which the customer wrote last", async () => {
    const run = await called({ text: "Ready" });
    await worker().run();
    await deliver(next);
    relay.advance(2_000);
    await worker().run();
    expect(run.returned).toMatchObject({ result: "sent", sent_by: "Second channel", account: "The other" });
    expect(texts()).toEqual([[], ["Ready"]]);
  });

  it("is another one when nothing may be said there any more", async () => {
    secondFake.capabilities = { ...secondFake.capabilities, replyWindowHours: 0.001 };
    const run = await called({ text: "Ready" });
    await worker().run();
    await deliver(first);
    relay.advance(2_000);
    await worker().run();
    expect(run.returned).toMatchObject({ result: "sent", sent_by: "Fake channel" });
    const { replyWindowHours: _hours, ...bare } = secondFake.capabilities;
    secondFake.capabilities = bare;
  });
});

describe("a chain", () => {
  const chain = { channel: "fake", otherwise: "second", text: "Ready" };

  it("goes on where the channel refused, and says why", async () => {
    relay.channel.answers = [{ kind: "refused", code: "blocked", sentence: "The customer has blocked you." }];
    const run = await called(chain);
    await worker().run();
    await deliver(first);
    relay.advance(2_000);
    await worker().run();
    await deliver(next);
    relay.advance(2_000);
    await worker().run();
    expect(run.returned).toMatchObject({
      ...{ result: "sent", sent_by: "Second channel", reason: "The customer has blocked you." },
    });
    expect(texts()).toEqual([[], ["Ready"]]);
  });

  it("goes on where it would be a letter to somebody who wants none of those, and says why", async () => {
    const address = `r${customers}@c.example`;
    const letter = {
      ...{ messageId: "<1@shop.example>", subject: "Ready", from: { address: "box@shop.example" }, cc: [] },
      ...{ to: [{ address }], class: "system-notice" as const },
      sending: { unsubscribe: { mailto: "box@shop.example?subject=unsubscribe" } },
    };
    const leaving = { key: leaverKey(address), address, at: new Date(Date.now()), how: "page" as const };
    await relay.store.unsubscriptions.leave(relay.portal, leaving);
    asLetters.set(first, letter);
    const run = await called(chain);
    await worker().run();
    await deliver(next);
    relay.advance(2_000);
    await worker().run();
    expect(run.returned).toMatchObject({ result: "sent", sent_by: "Second channel" });
    expect(run.returned?.["reason"]).toContain(`${address} wants no letters made of templates`);
    expect(texts()).toEqual([[], ["Ready"]]);
  });

  it("stops where nobody can tell", async () => {
    relay.channel.answers = [{ kind: "uncertain", sentence: "The connection broke." }];
    const run = await called(chain);
    await worker().run();
    await deliver(first);
    for (let minute = 0; minute < 15; minute += 1) {
      relay.advance(MINUTE_MS);
      await worker().run();
    }
    expect(run.returned).toMatchObject({ result: "uncertain", reason: expect.stringContaining("connection broke") });
    expect(texts()).toEqual([[], []]);
  });

  it("takes back what has not left in time, so that it cannot come later beside the other one", async () => {
    const run = await called({ ...chain, deliver_within: "5" });
    await worker().run();
    relay.advance(6 * MINUTE_MS);
    await worker().run();
    await deliver(first);
    await deliver(next);
    relay.advance(6 * MINUTE_MS);
    await worker().run();
    expect(run.returned).toMatchObject({ result: "sent", sent_by: "Second channel" });
    expect(texts()).toEqual([[], ["Ready"]]);
  });

  it("goes by both when that was asked for, and nothing tells that the first one arrived", async () => {
    relay.channel.capabilities = { ...relay.channel.capabilities, receipts: "delivered" };
    const run = await called({ ...chain, deliver_within: "5" });
    await worker().run();
    await deliver(first);
    relay.advance(6 * MINUTE_MS);
    await worker().run();
    await deliver(next);
    relay.advance(2_000);
    await worker().run();
    expect(texts()).toEqual([["Ready"], ["Ready"]]);
    expect(run.returned).toMatchObject({ result: "sent", reason: expect.stringContaining("not told to have arrived") });
  });
});

describe("a worker that dies", () => {
  it("between accepting the message and noting it: another one finds it, and it goes once", async () => {
    const run = await called({ channel: "fake", text: "Once" });
    let kept = 0;
    const { robots } = relay.store;
    const dying = {
      ...relay.store,
      robots: {
        ...robots,
        async keep(...args: Parameters<typeof robots.keep>) {
          kept += 1;
          if (kept > 1) throw new Error("the worker dies");
          await robots.keep(...args);
        },
        postpone: async () => undefined,
      },
    };
    await worker(dying).run();
    // Nobody has put it down: it is another one's after a minute.
    const [call] = await robots.list(relay.portal, { limit: 1 });
    await robots.postpone(relay.portal, call?.id ?? NO_CALL, relay.deps.now());
    await worker().run();
    await deliver(first);
    relay.advance(2_000);
    await worker().run();
    expect(run.returned).toMatchObject({ result: "sent" });
    expect(texts()).toEqual([["Once"], []]);
  });

  it("after the workflow was told: it is told again, which the portal refuses, and is over", async () => {
    const run = await called({ channel: "nowhere", text: "No" });
    relay.emulator.faults.add({ kind: "drop-after", method: "bizproc.event.send", times: 1 });
    await worker().run();
    relay.advance(MINUTE_MS);
    await worker().run();
    expect(run).toMatchObject({ state: "closed", returned: { result: "not_sent" }, log: [expect.any(String)] });
    const [call] = await relay.store.robots.list(relay.portal, { limit: 1 });
    expect(call).toMatchObject({ returned: expect.stringMatching(/returned|refused/), endedAt: expect.any(Date) });
  });
});
