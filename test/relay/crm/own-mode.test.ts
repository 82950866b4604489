/** Conversations outside any line: sessions, waiting, and what is written at their end. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { RelayDeps } from "../../../src/relay/ports.ts";
import type { Store } from "../../../src/store/contract.ts";
import { Relay } from "../harness.ts";
import { cardsWith, commandsTo, commentsOn, runToTheEnd, writes } from "./cards.ts";

const HOUR_MS = 3_600_000;
let relay: Relay;
let who: string;
let phone: string;
let people = 0;
beforeAll(async () => {
  relay = await Relay.start();
});
beforeEach(async () => {
  people += 1;
  who = `customer-${people}`;
  phone = `+7901${String(3_234_000 + people)}`;
  relay.resetClock();
  await hasLine(false);
});
afterAll(() => relay.stop());

const hasLine = (line: boolean) =>
  relay.store.accounts.update(
    relay.portal,
    relay.account.id,
    line ? { line: "1", connector: "threadline_fake" } : { line: null, connector: null },
  );
const kept = { transfer: { line: { otherwise: "deny" } } };
const own = (chats: object) => relay.saveRules({ owner: { who: "rules" }, chats: { ...kept, ...chats } });
const leads = () => cardsWith(relay.emulator, "lead", phone);
const said = () => leads().map((lead) => commentsOn(relay.emulator, "lead", lead.id).join("\n"));

/** As if the message before had come so long ago: silence is told by the database's own clock, which nobody puts on. */
function whenBeforeWas(ago: number): RelayDeps {
  const { store } = relay;
  const journal: Store["messages"]["journal"] = async (portal, query) =>
    (await store.messages.journal(portal, query)).map((row) =>
      query.before === undefined ? row : { ...row, createdAt: new Date(row.createdAt.getTime() - ago) },
    );
  return relay.decidingBy({ ...store, messages: { ...store.messages, journal } });
}

describe("an account without a line that the rules keep out of any", () => {
  it("decides once for a session", async () => {
    await own({ creation: { repeat: "lead", reuseOpen: false } });
    await writes(relay, who, "hello", { phone });
    await writes(relay, who, "are you there?");
    expect(leads()).toHaveLength(1);
    expect(said().join()).toContain("are you there?");
    const conversation = await relay.store.conversations.findByExternalChat(relay.account.id, who);
    const decisions = await relay.store.decisions.ofConversation(relay.portal, conversation?.id as never, 10);
    expect(decisions).toHaveLength(1);
    expect(await relay.states(decisions[0]?.conversation as never)).toEqual([
      "in sent: hello",
      "in sent: are you there?",
    ]);
  });

  it("decides anew after a day of silence", async () => {
    await own({ creation: { repeat: "lead", reuseOpen: false } });
    const conversation = await writes(relay, who, "hello", { phone });
    const decisions = () => relay.store.decisions.ofConversation(relay.portal, conversation, 10);
    await relay.customerWrites(who, "are you there?");
    await relay.run("in", conversation, whenBeforeWas(24 * HOUR_MS - 60_000));
    expect(await decisions()).toHaveLength(1);
    await relay.customerWrites(who, "me again");
    await relay.run("in", conversation, whenBeforeWas(24 * HOUR_MS + 60_000));
    expect(await decisions()).toHaveLength(2);
    expect(leads()).toHaveLength(2);
  });

  it("writes the whole transcript when the silence is long enough, and comes back for it", async () => {
    await own({ comments: { when: "end" } });
    const conversation = await relay.customerWrites(who, "hello", {
      customer: { externalId: who, name: "Maria", phone },
    });
    const drained = await relay.run("in", conversation);
    expect(said()).toEqual([""]);
    if (drained.kind !== "later") throw new Error("nobody comes back");
    expect(drained.at.getTime() - relay.deps.now().getTime()).toBeGreaterThan(23 * HOUR_MS);
    relay.advance(25 * HOUR_MS);
    await runToTheEnd(relay, conversation);
    expect(said().join()).toContain("hello");
  });

  it("keeps changes too, and answers of agents still go out", async () => {
    await own({});
    const conversation = await writes(relay, who, "hello", { phone });
    await relay.acceptor().accept(relay.account, [
      {
        ...{ kind: "edit", key: `edit-${who}`, chatId: who, at: relay.deps.now() },
        customer: { externalId: who, name: "Maria" },
        externalId: (await relay.store.messages.journal(relay.portal, { conversation, after: 0, limit: 1 }))[0]
          ?.externalIds[0] as string,
        content: { body: plainText("hello!"), attachments: [] },
      },
    ]);
    await relay.run("in", conversation);
    expect((await relay.states(conversation)).at(-1)).toBe("in edit sent: hello!");
  });
});

describe("an account that has lost its line", () => {
  it("waits for another one, and nothing is asked of the CRM or made before it", async () => {
    await relay.saveRules({ owner: { who: "rules" } });
    relay.emulator.requests.clear();
    const conversation = await writes(relay, who, "hello", { phone });
    expect(await relay.states(conversation)).toEqual(["in stored: hello"]);
    expect([leads(), commandsTo(relay.emulator)]).toEqual([[], []]);
    await hasLine(true);
    await relay.run("in", conversation);
    expect(relay.shown(who)).toEqual(["hello"]);
    expect(leads()).toHaveLength(1);
  });
});

describe("on a line", () => {
  it("what the rules keep out of it is one session, until something is let in", async () => {
    await hasLine(true);
    const spam = { fact: "text", op: "contains", values: ["casino"] };
    await relay.saveRules({
      owner: { who: "rules" },
      chats: {
        transfer: { line: { filters: [{ id: "spam", when: spam, verdict: "deny" }] } },
        creation: { repeat: "lead", reuseOpen: false },
      },
    });
    const conversation = await writes(relay, who, "casino!", { phone });
    await writes(relay, who, "CASINO!!");
    expect([leads().length, relay.shown(who)]).toEqual([1, []]);
    await writes(relay, who, "sorry, wrong number");
    expect(relay.shown(who)).toEqual(["sorry, wrong number"]);
    expect(await relay.store.decisions.ofConversation(relay.portal, conversation, 10)).toHaveLength(2);
  });

  it("who has a phone is let in where the rules ask for one, also where the line makes the cards", async () => {
    await hasLine(true);
    const filters = [{ id: "reachable", when: { fact: "has-phone", is: true }, verdict: "allow" }];
    await relay.saveRules({ chats: { transfer: { line: { otherwise: "deny", filters } } } });
    await writes(relay, who, "hello");
    expect(relay.shown(who)).toEqual([]);
    await writes(relay, who, `my number: ${phone}`);
    expect(relay.shown(who)).toEqual([`my number: ${phone}`]);
  });
});
