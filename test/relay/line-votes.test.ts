/** Votes that lines ask for by themselves, on a clock of their own: the supervisor's, and portals that cannot be asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createTriggerWatch } from "../../src/relay/automation/watch.ts";
import { applyLineEvent } from "../../src/relay/line-events.ts";
import { createCounter } from "../../src/relay/reports/counter.ts";
import { createVoteReader, LOOKS_MS } from "../../src/relay/votes/reading.ts";
import type { LineSession } from "../../src/store/contract/line-votes.ts";
import { Relay } from "./harness.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const HISTORY = "imopenlines.session.history.get";
let relay: Relay;
let reader: ReturnType<typeof createVoteReader>;
let conversation: ConversationId;
let of: LineSession;
let people = 0;
let isAway = false;
/** The worker is killed before it keeps what it found. */
let dies = false;

beforeAll(async () => {
  relay = await Relay.start();
  Object.assign(relay.emulator.portal().portal.line(1)?.config ?? {}, { VOTE_MESSAGE: "Y" });
});
afterAll(() => relay.stop());
beforeEach(async () => {
  isAway = false;
  dies = false;
  relay.resetClock();
  for (const trigger of await relay.store.triggers.list(relay.portal))
    await relay.store.triggers.remove(relay.portal, trigger.id);
  people += 1;
  conversation = await relay.customerWrites(`voter-${people}`, "hello");
  await relay.run("in", conversation);
  const chat = [...relay.emulator.portal().portal.chats.values()].at(-1);
  const session = chat?.currentSessionId ?? 0;
  of = { portal: relay.portal, account: relay.account.id, conversation, session: String(session), operator: "1" };
  await relay.store.conversations.learn(relay.portal, conversation, { sessionId: of.session, operator: "1" });
  newReader();
});

/** As another process has it: nothing is remembered. */
function newReader(): void {
  const away = async () => ({ kind: "unreachable", sentence: "The portal does not answer." }) as const;
  reader = createVoteReader({
    ...{ ...relay.deps, owner: "voting", inTurn: (_portal, work) => work() },
    store: {
      ...relay.store,
      lineVotes: {
        ...relay.store.lineVotes,
        settle: (...call) => (dies ? Promise.reject(new Error("killed")) : relay.store.lineVotes.settle(...call)),
      },
    },
    portals: {
      lines: (portal) => ({ ...relay.portals.lines(portal), ...(isAway && { supervisorVote: away }) }),
      lineSettings: (portal) => ({ ...relay.portals.lineSettings(portal), ...(isAway && { voteTexts: away }) }),
    },
    triggers: createTriggerWatch(relay.deps),
  });
}
const asked = (method: string) =>
  relay.emulator.requests
    .entries({})
    .flatMap((entry) => entry.commands ?? [{ method: entry.method }])
    .filter((one) => one.method === method).length;
const stars = async () => {
  const scope = {
    ...{ since: new Date(Date.now() - 100 * HOUR), until: new Date(Date.now() + 200 * HOUR) },
    accounts: [relay.account.id],
  };
  const { customerStars, supervisorStars } = await relay.store.reports.total(relay.portal, scope);
  return { customerStars, supervisorStars };
};
const ends = (session = of.session) =>
  applyLineEvent(
    { ...relay.deps },
    { kind: "dialog-finished", portal: relay.portal, chatId: conversationId(conversation), sessionId: session },
  );
const votes = (session: string, given: number) => {
  const found = relay.emulator.portal().portal.sessions.get(Number(session));
  if (!found) throw new Error("no such session");
  found.headVote = given;
};

describe("a supervisor's vote", () => {
  it("is asked for some time after the session ended, and is in the reports once", async () => {
    const before = await stars();
    const calls = asked(HISTORY);
    await ends();
    await reader.run();
    expect(asked(HISTORY)).toBe(calls);
    // They have not voted yet when it is looked first; then they have.
    relay.advance((LOOKS_MS[0] ?? 0) + MINUTE);
    await reader.run();
    expect(asked(HISTORY)).toBe(calls + 1);
    votes(of.session, 4);
    relay.advance((LOOKS_MS[1] ?? 0) - (LOOKS_MS[0] ?? 0) - 2 * MINUTE);
    await reader.run();
    expect(asked(HISTORY)).toBe(calls + 1);
    relay.advance(3 * MINUTE);
    await reader.run();
    const after = await stars();
    expect(after.supervisorStars.count).toBe(before.supervisorStars.count + 1);
    expect(after.supervisorStars.sum).toBe(before.supervisorStars.sum + 4);
    // Nobody asks any more.
    relay.advance(400 * HOUR);
    await reader.run();
    expect(asked(HISTORY)).toBe(calls + 2);
  });

  it("is asked for three times and not for ever", async () => {
    const calls = asked(HISTORY);
    await ends();
    for (let times = 0; times < 6; times += 1) {
      relay.advance(80 * HOUR);
      await reader.run();
    }
    expect(asked(HISTORY)).toBe(calls + LOOKS_MS.length);
  });

  it("waits for a portal that is away, and gives a session up that the portal does not show", async () => {
    await ends();
    relay.advance(2 * HOUR);
    isAway = true;
    await reader.run();
    isAway = false;
    votes(of.session, 2);
    const before = await stars();
    await reader.run();
    expect((await stars()).supervisorStars.count).toBe(before.supervisorStars.count);
    relay.advance(16 * MINUTE);
    await reader.run();
    expect((await stars()).supervisorStars.count).toBe(before.supervisorStars.count + 1);
    await relay.store.conversations.learn(relay.portal, conversation, { sessionId: "999999", operator: "1" });
    await ends("999999");
    relay.advance(2 * HOUR);
    const seen = asked(HISTORY);
    await reader.run();
    expect(asked(HISTORY)).toBe(seen + 1);
    relay.advance(400 * HOUR);
    await reader.run();
    expect(asked(HISTORY)).toBe(seen + 1);
  });

  it("is not asked for where nobody had the chat", async () => {
    await relay.store.conversations.learn(relay.portal, conversation, { operator: null });
    const calls = asked(HISTORY);
    await ends();
    relay.advance(2 * HOUR);
    await reader.run();
    expect(asked(HISTORY)).toBe(calls);
  });
});

describe("a customer's vote", () => {
  async function gives(digit: string, thanks: string): Promise<void> {
    await relay.customerWrites(`voter-${people}`, digit);
    await relay.run("in", conversation);
    await relay.deps.replies.accept({
      ...{ kind: "message", portal: relay.portal, chatId: conversation, at: new Date() },
      ...{ imChatId: "1", imMessageId: `thanks ${people}`, content: { body: plainText(thanks), attachments: [] } },
    });
    await relay.run("out", conversation);
  }

  it("fires its trigger and counts once, also when the portal could not be asked at first", async () => {
    const before = await stars();
    const trigger = await relay.store.triggers.add(
      relay.portal,
      { kind: "rating", name: "Low", filter: { starsUpTo: 2 }, enabled: true },
      "1",
    );
    newReader();
    await gives("0", "We are sorry.");
    isAway = true;
    await reader.run();
    expect(await stars()).toEqual(before);
    isAway = false;
    relay.advance(2 * MINUTE);
    dies = true;
    await reader.run();
    expect(await stars()).toEqual(before);
    dies = false;
    await reader.run();
    await reader.run();
    const after = await stars();
    expect(after.customerStars.count).toBe(before.customerStars.count + 1);
    expect(after.customerStars.sum).toBe(before.customerStars.sum + 1);
    const fired = await relay.store.triggers.firings(relay.portal, { trigger: trigger.id, limit: 10 });
    expect(fired).toHaveLength(1);
  });

  it("beside stars that they gave on our own surface is the same opinion: the stars count", async () => {
    const counter = createCounter({
      ...{ ...relay.deps, writers: relay.writers, owner: "counting", inTurn: (_portal, work) => work() },
    });
    await counter.run();
    const before = await stars();
    const rating = { scale: "stars", value: 4, session: of.session } as const;
    await relay.customerWrites(`voter-${people}`, "", {
      content: { body: plainText("4 of 5"), attachments: [], notice: "other", site: { rating } },
    });
    await relay.run("in", conversation);
    await gives("1", "Thank you!");
    await reader.run();
    await counter.run();
    const after = await stars();
    expect(after.customerStars.count).toBe(before.customerStars.count + 1);
    expect(after.customerStars.sum).toBe(before.customerStars.sum + 4);
  });
});
