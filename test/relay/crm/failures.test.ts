/** What goes wrong around the CRM: nothing is made twice, nothing is lost, and the message arrives all the same. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { Relay } from "../harness.ts";

let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
  await relay.saveRules({ owner: { who: "rules" } });
});
beforeEach(() => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7904${String(1_234_000 + people)}`;
  relay.emulator.faults.clear();
  relay.resetClock();
});
afterAll(() => relay.stop());

const crm = () => relay.emulator.portal().portal.crm;
const leads = () =>
  [...(crm().items.get(1)?.values() ?? [])].filter((item) => JSON.stringify(item.fields.fm).includes(phone));
const comments = () => leads().flatMap((lead) => crm().comments.filter((one) => one.entityId === lead.id));
const arrives = (text: string): Promise<ConversationId> =>
  relay.customerWrites(who, text, {
    customer: { externalId: who, name: "Maria", phone },
    content: { body: plainText(text), attachments: [] },
  });

/** Runs the lane until nothing is left to do, the clock going on between. */
async function runToTheEnd(conversation: ConversationId): Promise<void> {
  for (let run = 0; run < 12; run += 1) {
    if ((await relay.run("in", conversation)).kind === "idle") return;
    relay.advance(30_000);
  }
  throw new Error("the lane does not come to rest");
}

describe("a lead", () => {
  it("whose answer never came is found by our key and not made again", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.item.add", times: 1 });
    const conversation = await arrives("hello");
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
    expect(comments()).toHaveLength(1);
    expect(relay.shown(who)).toEqual(["hello"]);
  });

  it("that certainly was not made is made later, and the message did not wait for it", async () => {
    relay.emulator.faults.add({ kind: "status-503", method: "crm.item.add", times: 3 });
    const conversation = await arrives("hello");
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
    expect(comments()).toHaveLength(1);
  });

  it("that the portal refuses stays out, with the reason beside the decision", async () => {
    relay.emulator.faults.add({
      kind: "command-error",
      method: "crm.item.add",
      error: { status: 400, code: "ACCESS_DENIED", description: "Access denied" },
      times: 1,
    });
    const conversation = await arrives("hello");
    await runToTheEnd(conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
    const decision = await relay.store.decisions.current(relay.portal, conversation);
    expect(decision?.steps).toMatchObject([{ name: "lead", end: { kind: "refused" } }]);
  });

  it("is made although the worker died between deciding and making", async () => {
    const conversation = await arrives("hello");
    const [row] = await relay.store.messages.journal(relay.portal, { conversation, limit: 1 });
    const { person } = await relay.store.people.identify(relay.portal, {
      conversation,
      points: [{ kind: "phone", key: phone, shown: phone, why: { by: "crm" }, linkable: true }],
      sharedByMoreThan: 5,
    });
    if (!row) throw new Error("no message");
    const { id } = await relay.store.decisions.begin(relay.portal, { conversation, person, message: row.id });
    await relay.store.decisions.beginStep(relay.portal, id, "lead");
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
  });
});

describe("a comment", () => {
  it("whose answer never came is found by its text and not written again", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.timeline.comment.add", times: 1 });
    const conversation = await arrives("hello");
    await runToTheEnd(conversation);
    expect(comments()).toHaveLength(1);
  });

  it("whose answer never came is not written again with what was said since", async () => {
    relay.emulator.faults.add({ kind: "drop-after", method: "crm.timeline.comment.add", times: 1 });
    const conversation = await arrives("hello");
    await relay.run("in", conversation);
    await arrives("and more");
    await runToTheEnd(conversation);
    const said = comments()
      .map((one) => one.text)
      .join("\n");
    for (const text of ["hello", "and more"]) expect(said.split(text)).toHaveLength(2);
  });

  it("that the portal does not allow costs the card nothing: it is still the customer's", async () => {
    const error = { status: 400, code: "ACCESS_DENIED", description: "Access denied" };
    relay.emulator.faults.add({ kind: "command-error", method: "crm.timeline.comment.add", error, times: 1 });
    const conversation = await arrives("hello");
    await runToTheEnd(conversation);
    expect(await relay.store.decisions.current(relay.portal, conversation)).toBeDefined();
    expect(await relay.store.people.ofEntity(relay.portal, "lead", String(leads()[0]?.id))).toBeDefined();
    await relay.store.conversations.learn(relay.portal, conversation, { open: false });
    await arrives("another day");
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
    expect(comments().map((one) => one.text)).toEqual([expect.stringContaining("another day")]);
  });

  it("into a card that was deleted is given up: the next message is decided anew", async () => {
    const conversation = await arrives("hello");
    await runToTheEnd(conversation);
    const [lead] = leads();
    crm()
      .items.get(1)
      ?.delete(lead?.id ?? 0);
    await arrives("are you there?");
    await runToTheEnd(conversation);
    await arrives("hello again");
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
    expect(leads()[0]?.id).not.toBe(lead?.id);
    expect(relay.shown(who)).toEqual(["hello", "are you there?", "hello again"]);
  });
});

describe("a search that fails", () => {
  it("holds the message up for no error; the decision is made when the portal answers again", async () => {
    relay.emulator.faults.add({
      kind: "command-error",
      method: "crm.duplicate.findbycomm",
      error: { status: 500, code: "INTERNAL_SERVER_ERROR", description: "x" },
      times: 1,
    });
    relay.emulator.faults.add({ kind: "drop-before", method: "crm.duplicate.findbycomm", times: 3 });
    const conversation = await arrives("hello");
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
    await runToTheEnd(conversation);
    expect(leads()).toHaveLength(1);
  });
});
