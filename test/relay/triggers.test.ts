/** Triggers on a clock of their own: waits that take too long, workers that die, and cards that are not there yet. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { Firing, Trigger } from "../../src/domain/trigger.ts";
import { createTriggerFirer, triggerCode } from "../../src/relay/automation/firing.ts";
import { createTriggerKeeper } from "../../src/relay/automation/keeper.ts";
import { createTriggerWatch, type TriggerWatch } from "../../src/relay/automation/watch.ts";
import type { NewTrigger } from "../../src/store/contract/triggers.ts";
import { Relay } from "./harness.ts";

const MINUTE_MS = 60_000;
let relay: Relay;
let watch: TriggerWatch;
let customers = 0;
let customer: string;
let conversation: ConversationId;

beforeAll(async () => {
  relay = await Relay.start();
});
afterAll(() => relay.stop());
beforeEach(async () => {
  relay.emulator.faults.clear();
  relay.resetClock();
  for (const one of await relay.store.triggers.list(relay.portal))
    await relay.store.triggers.remove(relay.portal, one.id);
  // As another process has it: nothing is remembered.
  watch = createTriggerWatch({ ...relay.deps });
  customers += 1;
  customer = `t${customers}`;
});

const make = (trigger: Partial<NewTrigger>): Promise<Trigger> =>
  createTriggerKeeper({ ...relay.deps, portals: relay.portals, watch }).add(
    relay.portal,
    { kind: "message-received", name: "A trigger", filter: {}, enabled: true, ...trigger },
    "1",
  );
async function writes(text: string): Promise<void> {
  conversation = await relay.customerWrites(customer, text);
  await run();
}
const run = () => relay.run("in", conversation, { ...relay.deps, triggers: watch });
const firer = (linked = true, away = false) =>
  createTriggerFirer({
    ...relay.deps,
    inTurn: (_portal, work) => work(),
    portals: {
      automation: (portal) => ({
        ...relay.portals.automation(portal),
        ...(away && { fire: async () => ({ kind: "unreachable", sentence: "The portal does not answer." }) }),
      }),
      // The portal links chats by its own lights; here it may have none.
      lines: (portal) => ({
        ...relay.portals.lines(portal),
        ...(!linked && { chatLink: async () => ({ kind: "ok", value: {} }) }),
      }),
    },
  });
const firings = (): Promise<readonly Firing[]> => relay.store.triggers.firings(relay.portal, { limit: 10 });
/** The card that the conversation belongs to, decided as the rules do it. */
async function hasLead(): Promise<string> {
  const card = relay.emulator.portal().portal.crm.add(1, { title: "A lead" }, 1, Date.now());
  const [message] = await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 1 });
  const { person } = await relay.store.people.identify(relay.portal, {
    ...{ conversation, sharedByMoreThan: 5 },
    points: [{ kind: "messenger", key: customer, shown: customer, why: { by: "channel" }, linkable: true }],
  });
  if (!message) throw new Error("nobody has written");
  const decision = await relay.store.decisions.begin(relay.portal, { conversation, person, message: message.id });
  await relay.store.decisions.beginStep(relay.portal, decision.id, "lead");
  await relay.store.decisions.endStep(relay.portal, decision.id, "lead", { kind: "done", id: String(card.id) });
  return String(card.id);
}
const executions = (trigger: Trigger) =>
  relay.emulator.portal().portal.automation.executions.filter(({ code }) => code === triggerCode(trigger.id));

describe("nobody answers", () => {
  it("fires when the time is over, also when nobody worked then, and once for one wait", async () => {
    const trigger = await make({ kind: "no-answer", filter: { minutes: 30 } });
    await writes("Is anybody there?");
    const drained = await run();
    expect(drained.kind === "later" && drained.at.getTime() - relay.deps.now().getTime()).toBeGreaterThan(
      28 * MINUTE_MS,
    );
    expect(await firings()).toEqual([]);
    relay.advance(3 * 60 * MINUTE_MS);
    await run();
    await run();
    expect((await firings()).filter((one) => one.trigger === trigger.id)).toHaveLength(1);
  });

  it("does not fire for whoever was answered in time, and begins anew with the next wait", async () => {
    const trigger = await make({ kind: "no-answer", filter: { minutes: 30 } });
    await writes("Is anybody there?");
    const content = { body: plainText("Yes"), attachments: [] };
    const by = { clientId: `yes-${customers}`, authorId: "5", at: relay.deps.now() };
    await relay.deps.replies.write({ portal: relay.portal, conversation, content, ...by });
    relay.advance(60 * MINUTE_MS);
    await run();
    expect(await firings()).toEqual([]);
    relay.resetClock();
    await writes("One more thing");
    relay.advance(60 * MINUTE_MS);
    await run();
    expect((await firings()).map((one) => one.trigger)).toEqual([trigger.id]);
  });

  it("does not fire for what a robot has said meanwhile: that answers nobody", async () => {
    await make({ kind: "no-answer", filter: { minutes: 30 } });
    await writes("Is anybody there?");
    const key = `robot:${customers}`;
    const content = { body: plainText("We will be with you"), attachments: [] };
    const words = { portal: relay.portal, conversation, content, key, at: relay.deps.now() };
    await relay.deps.replies.speak({ ...words, by: { by: "robot", key } });
    relay.advance(31 * MINUTE_MS);
    await run();
    expect(await firings()).toHaveLength(1);
  });

  it("counts working time only, where the account has one", async () => {
    await relay.store.accounts.update(relay.portal, relay.account.id, { line: null });
    // Open for one minute a week, six days from now: no 30 minutes of it pass in a day.
    const day = ((new Date(relay.deps.now().getTime() + 6 * 24 * 60 * MINUTE_MS).getUTCDay() + 6) % 7) + 1;
    const hours = { zone: "UTC", week: [{ day, from: "10:00", to: "10:01" }] };
    await relay.store.ownLines.put(relay.portal, relay.account.id, {
      ...{ settings: { enabled: true, queue: [], hours }, by: "1", isNew: true },
    });
    await make({ kind: "no-answer", filter: { minutes: 30 } });
    await writes("Is anybody there?");
    relay.advance(24 * 60 * MINUTE_MS);
    await run();
    expect(await firings()).toEqual([]);
    await relay.store.ownLines.put(relay.portal, relay.account.id, {
      ...{ settings: { enabled: false }, by: "1", isNew: false },
    });
    await relay.store.accounts.update(relay.portal, relay.account.id, { line: "1", connector: "threadline_fake" });
  });
});

describe("firing", () => {
  it("waits for the card, and ends in words when there is none", async () => {
    const trigger = await make({});
    await writes("hello");
    await firer(false).run();
    expect(await firings()).toMatchObject([{ state: "due", cards: [] }]);
    const id = await hasLead();
    relay.advance(MINUTE_MS);
    await firer(false).run();
    expect(await firings()).toMatchObject([{ state: "done", cards: [{ type: "lead", id, state: "fired" }] }]);
    expect(executions(trigger)).toHaveLength(1);
    expect(await relay.store.triggers.find(relay.portal, trigger.id)).toMatchObject({ fired: 1 });
    customer = `${customer}-b`;
    relay.resetClock();
    await writes("nobody knows me");
    relay.advance(10 * MINUTE_MS);
    await firer(false).run();
    const [nowhere] = await firings();
    expect(nowhere).toMatchObject({ state: "nowhere", error: expect.stringContaining("no lead or deal") });
  });

  it("is not repeated when its worker died while the request was under way", async () => {
    const trigger = await make({});
    await writes("hello");
    const id = await hasLead();
    const [firing] = await firings();
    await relay.store.triggers.keepCards(relay.portal, firing?.id ?? "", [{ type: "lead", id, state: "leaving" }]);
    await relay.store.triggers.postpone(relay.portal, firing?.id ?? "", relay.deps.now(), "");
    await firer().run();
    expect(executions(trigger)).toEqual([]);
    expect(await firings()).toMatchObject([{ state: "done", cards: [{ state: "uncertain" }] }]);
  });

  it("is tried again while the portal certainly did not do it, and given up after a day", async () => {
    const trigger = await make({});
    await writes("hello");
    await hasLead();
    await firer(true, true).run();
    expect(await firings()).toMatchObject([{ state: "due", error: "The portal does not answer." }]);
    relay.advance(25 * 60 * MINUTE_MS);
    await firer(true, true).run();
    expect(await firings()).toMatchObject([{ state: "given-up", cards: [{ state: "due" }] }]);
    await firer().run();
    expect(executions(trigger)).toEqual([]);
  });
});
