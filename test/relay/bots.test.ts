/** Outside bots in their lane: the real store, the real caller, a real HTTP server as the bot. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConversationId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import { createBots } from "../../src/relay/bots/desk.ts";
import { createLineSessions } from "../../src/relay/line-sessions.ts";
import { type BotEvent, botEventSchema } from "../../src/rules/bots/protocol.ts";
import { botSettingsSchema } from "../../src/rules/bots/settings.ts";
import { ownLineSchema } from "../../src/rules/lines/own-line.ts";
import { Relay } from "./harness.ts";

const SECRET = "s".repeat(32);
const AGENT = "11";
const ANNA = "5";
const OLGA = "12";

type Said = (event: BotEvent, response: ServerResponse, request: IncomingMessage, body: string) => void;

let relay: Relay;
let who: string;
let people = 0;
const asked: BotEvent[] = [];
let says: Said;
const bot = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const event = botEventSchema.parse(JSON.parse(body));
    asked.push(event);
    says(event, response, request, body);
  });
});
let url: string;

const json = (response: ServerResponse, value: unknown, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
/** Says nothing to anything but what the customer writes. */
const answers =
  (answer: (event: BotEvent & { readonly message: NonNullable<BotEvent["message"]> }) => unknown): Said =>
  (event, response) => {
    const { message } = event;
    if (message === null) response.writeHead(204).end();
    else json(response, answer({ ...event, message }));
  };

beforeAll(async () => {
  await new Promise<void>((resolve) => bot.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/bot`;
  relay = await Relay.start();
  const { users } = relay.emulator.portal().portal;
  const admin = users.get(1);
  if (!admin) throw new Error("the portal has an administrator");
  // No administrator, and in no line's queue.
  users.set(Number(OLGA), { ...admin, id: Number(OLGA), name: "Olga", lastName: "", admin: false });
  users.set(Number(AGENT), { ...admin, id: Number(AGENT), name: "Anna", lastName: "", admin: false });
});
afterAll(async () => {
  await relay.stop();
  bot.closeAllConnections();
  await new Promise((resolve) => bot.close(resolve));
});

async function works(settings: object = {}): Promise<void> {
  const parsed = botSettingsSchema.parse({ enabled: true, name: "Robbie", url, timeoutSeconds: 1, ...settings });
  const saved = { settings: parsed, by: "1", isNew: true, secret: SECRET };
  await relay.store.bots.put(relay.portal, relay.account.id, saved);
  // What is remembered of it is forgotten.
  relay.advance(10_000);
}

async function begin(line: "own" | "line"): Promise<void> {
  const at = line === "own" ? { line: null, connector: null } : { line: "1", connector: "threadline_fake" };
  await relay.store.accounts.update(relay.portal, relay.account.id, at);
  const queue = [{ kind: "person", id: AGENT }];
  const settings = ownLineSchema.parse({ enabled: true, greeting: "Welcome!", queue, agent: { shown: "hidden" } });
  await relay.store.ownLines.put(relay.portal, relay.account.id, { settings, by: "1", isNew: true });
  await works();
}

beforeEach(() => {
  people += 1;
  who = `guest-${people}`;
  asked.length = 0;
  relay.channel.sent.length = 0;
  says = answers(({ message }) => ({ messages: [{ text: `You said: ${message.text}` }] }));
});

async function runs(conversation: ConversationId): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await relay.run("in", conversation);
    const out = { conversation, direction: "out" as const, after: 0, limit: 1 };
    if ((await relay.store.messages.journal(relay.portal, out)).length > 0) await relay.run("out", conversation);
  }
}

async function customerSays(text: string): Promise<ConversationId> {
  const conversation = await relay.customerWrites(who, text);
  await runs(conversation);
  return conversation;
}

async function agentWrites(conversation: ConversationId, text: string): Promise<void> {
  await relay.deps.replies.write({
    ...{
      portal: relay.portal,
      conversation,
      authorId: AGENT,
      clientId: `client-${people}-${text}`,
      at: relay.deps.now(),
    },
    content: { body: plainText(text), attachments: [] },
  });
}

const sent = () => relay.channel.sent.map(({ text }) => text);
const notes = async (conversation: ConversationId) =>
  (await relay.store.notes.list(relay.portal, [conversation], { limit: 10 })).map(({ authorId, text }) => [
    authorId,
    text,
  ]);
const events = () => asked.map(({ event, message, reason }) => message?.text ?? reason ?? event);
const standing = async (id: ConversationId) => {
  const { open, operator, tags } = (await relay.store.conversations.find(relay.portal, id)) ?? {};
  return { open, operator, tags };
};

describe("without a line", () => {
  beforeAll(() => begin("own"));
  beforeEach(() => works());

  it("has whoever begins, nobody is looked for, and the queue begins where it hands over", async () => {
    const conversation = await customerSays("Hi");
    await customerSays("Do you deliver?");
    expect(sent()).toEqual(["You said: Hi", "You said: Do you deliver?"]);
    expect(events()).toEqual(["started", "Hi", "Do you deliver?"]);
    expect(await standing(conversation)).toMatchObject({ open: true, operator: undefined });
    says = answers(() => ({
      messages: [
        { text: "I will get somebody.", buttons: ["Call me", { text: "Prices", url: "https://shop.example/prices" }] },
      ],
      ...{ action: "handover", note: "Wants a delivery.", tags: ["delivery"] },
    }));
    await customerSays("A person please");
    expect(sent().at(-1)).toBe("I will get somebody.");
    expect(await standing(conversation)).toEqual({ open: true, operator: AGENT, tags: ["delivery"] });
    expect(await notes(conversation)).toEqual([["bot", "Wants a delivery."]]);
    expect(events().at(-1)).toBe("handover");
    await customerSays("Are you there?");
    expect(events().at(-1)).toBe("handover");
    const [row] = await relay.store.messages.journal(relay.portal, {
      conversation,
      direction: "out",
      after: 0,
      limit: 1,
    });
    expect(row?.origin).toMatchObject({ by: "bot", name: "Robbie" });
  });

  it("is asked with the bytes signed, an id for each message, and who it is", async () => {
    let proof: { signature: unknown; timestamp: unknown; id: unknown; expected: string } | undefined;
    says = (event, response, { headers }, body) => {
      const timestamp = headers["threadline-timestamp"];
      const expected = `sha256=${createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex")}`;
      proof = { signature: headers["threadline-signature"], timestamp, id: headers["threadline-id"], expected };
      if (event.event === "message") json(response, {});
      else response.writeHead(204).end();
    };
    const conversation = await customerSays("Hi");
    const told = asked.at(-1);
    expect(proof?.signature).toBe(proof?.expected);
    expect(Math.abs(Number(proof?.timestamp) * 1000 - relay.deps.now().getTime())).toBeLessThan(60_000);
    expect(told).toMatchObject({
      ...{ id: proof?.id, event: "message", version: 1, account: { channel: "fake" } },
      conversation: { id: conversation, session: 1, language: "en" },
      message: { id: proof?.id, text: "Hi", files: [] },
    });
    expect(asked.map(({ id }) => id)).toEqual([`${conversation}.1.started`, told?.id]);
  });

  it("closes by itself, and the next who writes begins with it again", async () => {
    says = answers(() => ({ messages: [{ text: "Bye" }], action: "close" }));
    const conversation = await customerSays("Thanks");
    expect(await standing(conversation)).toMatchObject({ open: false });
    expect(events()).toEqual(["started", "Thanks", "closed"]);
    relay.advance(10 * 60_000);
    await runs(conversation);
    await customerSays("One more thing");
    expect(asked.filter(({ event }) => event === "started").map(({ conversation: of }) => of?.session)).toEqual([1, 2]);
  });

  it("greets only whoever writes for the first time, where it is to", async () => {
    await works({ when: "first" });
    says = answers(() => ({ action: "close" }));
    const conversation = await customerSays("Hello");
    relay.advance(10 * 60_000);
    await runs(conversation);
    await customerSays("Hello again");
    expect(asked.filter(({ event }) => event === "started")).toHaveLength(1);
    expect(await standing(conversation)).toMatchObject({ open: true, operator: AGENT });
  });

  it.each([
    ["slow", (() => undefined) as Said, /did not answer within 1 seconds/],
    ["broken", ((_, response) => response.writeHead(500).end("no")) as Said, /status 500/],
    [
      "garbage",
      ((_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{oops")) as Said,
      /no JSON/,
    ],
    [
      "no JSON",
      ((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>hi")) as Said,
      /no JSON/,
    ],
    [
      "another protocol",
      ((_, response) => json(response, { messages: "hello" })) as Said,
      /not what was agreed: messages/,
    ],
    ["huge", ((_, response) => json(response, { note: "x".repeat(200_000) })) as Said, /larger than 64 KB/],
    [
      "redirecting",
      ((_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end()) as Said,
      /redirect/,
    ],
    ["hanging up", ((_, response) => response.destroy()) as Said, /cannot be reached/],
  ])("%s: a person takes over, and a note says why", async (_name, fault, words) => {
    await works({ failureReply: "One moment." });
    says = (event, ...rest) => (event.event === "message" ? fault(event, ...rest) : rest[0].writeHead(204).end());
    const conversation = await customerSays("Hi");
    expect(await standing(conversation)).toMatchObject({ open: true, operator: AGENT });
    const [[author, text] = []] = await notes(conversation);
    expect(author).toBe("bot");
    expect(text).toMatch(words);
    expect(text).toMatch(/A person takes over\.$/);
    expect(sent()).toEqual(["One moment."]);
  });

  it("is left alone after some failures in a row, and asked again after a moment", async () => {
    says = (_event, response) => response.writeHead(503).end();
    for (let n = 0; n < 5; n += 1) {
      who = `unlucky-${people}-${n}`;
      await customerSays("Hi");
    }
    const before = asked.length;
    who = `spared-${people}`;
    const conversation = await customerSays("Hi");
    expect(asked).toHaveLength(before);
    expect(await standing(conversation)).toMatchObject({ operator: AGENT });
    relay.advance(120_000);
    says = answers(() => ({ messages: [{ text: "Back again" }] }));
    who = `later-${people}`;
    await customerSays("Hi");
    expect(sent().at(-1)).toBe("Back again");
  });

  it("is silent from the moment that a person writes, also while it thinks", async () => {
    const conversation = await customerSays("Hi");
    let release: (() => void) | undefined;
    says = (event, response) => {
      if (event.event !== "message") return void response.writeHead(204).end();
      release = () => json(response, { messages: [{ text: "too late" }] });
      void agentWrites(conversation, "I am here").then(() => release?.());
    };
    await customerSays("Anybody?");
    expect(sent()).toEqual(["You said: Hi", "I am here"]);
    const { length } = asked;
    await customerSays("Great");
    expect(asked.slice(length).filter(({ event }) => event === "message")).toEqual([]);
    expect(events()).toContain("taken");
  });

  it("answers a message once, through a crash between its answer and what is said of it", async () => {
    const conversation = await relay.customerWrites(who, "Hi");
    let spoken = 0;
    const { deps } = relay;
    const dying = createBots({
      ...{
        store: relay.store,
        portals: deps.portals,
        ownMode: deps.ownMode,
        speech: deps.speech,
        news: deps.news,
        log: deps.log,
        now: deps.now,
      },
      ...{
        link: deps.shelf.link,
        caller: {
          ask: async () => ({
            kind: "answer",
            answer: { messages: [{ text: "one" }, { text: "two" }], action: "continue" },
          }),
        },
      },
      replies: {
        speak: (words) => {
          spoken += 1;
          if (spoken === 4) throw new Error("killed");
          return deps.replies.speak(words);
        },
      },
    });
    const { bots } = deps;
    Object.assign(deps, { bots: dying });
    await relay.run("in", conversation);
    Object.assign(deps, { bots });
    await runs(conversation);
    // It begins with two words, and answers with two: all of them once.
    expect(sent()).toEqual(["one", "two", "one", "two"]);
    expect(asked).toEqual([]);
  });

  it.each([
    ["may not have reached", { kind: "uncertain", sentence: "The connection broke." } as const],
    ["did not reach", { kind: "refused", code: "blocked", sentence: "The customer has blocked us." } as const],
  ])("gives the customer to people when what it said %s them", async (_what, outcome) => {
    relay.channel.answers = [outcome];
    const conversation = await customerSays("Hi");
    expect(await standing(conversation)).toMatchObject({ open: true, operator: AGENT });
    expect(await notes(conversation)).toEqual([["bot", expect.stringMatching(/^What the bot said did not reach/)]]);
    expect(events()).toEqual(["started", "Hi", "failed"]);
    await customerSays("Hello?");
    expect(events().at(-1)).toBe("failed");
  });

  it("hands over what it has when it is switched off", async () => {
    const conversation = await customerSays("Hi");
    await works({ enabled: false });
    await runs(conversation);
    expect(await standing(conversation)).toMatchObject({ open: true, operator: AGENT });
    who = `off-${people}`;
    await customerSays("Hi");
    expect(events()).toEqual(["started", "Hi", "off"]);
  });
});

describe("in an account that feeds a line", () => {
  beforeAll(async () => {
    await begin("line");
    for (const userId of [ANNA, OLGA]) {
      const { accessToken, refreshToken } = relay.emulator.portal().issueTokens({ userId: Number(userId) });
      await relay.store.users.remember({
        ...{ portal: relay.portal, userId, name: userId, admin: false, lastSeenAt: new Date() },
        tokens: { accessToken, refreshToken, expiresAt: new Date(Date.now() + 3_600_000) },
      });
    }
  });
  beforeEach(() => works());
  const line = () => {
    const { portal } = relay.emulator.portal();
    return [...portal.chats.values()]
      .filter((chat) => chat.externalUserId === who)
      .flatMap((chat) => portal.chatMessages(chat).map(({ from, text }) => `${from}: ${text}`));
  };

  it("keeps the line out of it until it hands over, and then brings all of it there in its order", async () => {
    await customerSays("Hi");
    expect([sent(), line()]).toEqual([["You said: Hi"], []]);
    says = answers(() => ({ messages: [{ text: "Somebody comes." }], action: "handover" }));
    await customerSays("A person please");
    expect(line().filter((row) => !row.startsWith("system"))).toEqual([
      "customer: Hi",
      expect.stringMatching(/: Robbie:\nYou said: Hi$/),
      "customer: A person please",
      expect.stringMatching(/: Robbie:\nSomebody comes\.$/),
    ]);
    await customerSays("Thanks");
    expect(line().at(-1)).toBe("customer: Thanks");
    expect(asked.filter(({ event }) => event === "message")).toHaveLength(2);
  });

  it("puts nothing there of what it has closed by itself, and all of what comes when it fails", async () => {
    says = answers(() => ({ messages: [{ text: "We open at nine." }], action: "close" }));
    await customerSays("When do you open?");
    expect([sent(), line()]).toEqual([["We open at nine."], []]);
    says = (event, response) =>
      event.event === "message" ? response.writeHead(500).end() : response.writeHead(204).end();
    await customerSays("And on Sunday?");
    expect(line().filter((row) => !row.startsWith("system"))).toEqual(["customer: And on Sunday?"]);
  });

  it("comes into the line with whoever takes it over on our pages, to whom it is given there", async () => {
    const { store, deps } = relay;
    const sessions = createLineSessions({
      ...{ store, portals: relay.portals, dispatcher: deps.dispatcher, news: deps.news, log: deps.log },
      names: async () => new Map(),
    });
    const conversation = await customerSays("Hi");
    const held = () => store.conversations.find(relay.portal, conversation);
    const before = await held();
    expect(before?.bot).toEqual({ by: "account", name: "Robbie" });
    expect(before && (await sessions.act(before, ANNA, { kind: "accept" }))).toEqual({ kind: "done" });
    await runs(conversation);
    const chats = [...relay.emulator.portal().portal.chats.values()];
    expect(chats.find((chat) => chat.externalUserId === who)?.ownerId).toBe(Number(ANNA));
    const now = await held();
    expect(now).toMatchObject({ open: true, operator: ANNA, accepted: true });
    expect([now?.bot, events().at(-1)]).toEqual([undefined, "taken"]);
    expect(line().filter((row) => !row.startsWith("system"))).toHaveLength(2);
    // Once, whatever the lane is run for afterwards.
    relay.emulator.portal().operatorTransfers(chats.find((chat) => chat.externalUserId === who)?.id ?? 0, 1);
    await customerSays("Are you there?");
    expect(chats.find((chat) => chat.externalUserId === who)?.ownerId).toBe(1);
  });

  it("says so where the line does not give it to them, and leaves it to the queue", async () => {
    const conversation = await customerSays("Hi");
    // Somebody who may not use this line.
    await relay.store.conversations.learn(relay.portal, conversation, { operator: OLGA, accepted: true });
    await runs(conversation);
    expect(line().filter((row) => !row.startsWith("system"))).toHaveLength(2);
    expect((await standing(conversation)).operator).toBeUndefined();
    expect(await notes(conversation)).toEqual([["bot", expect.stringMatching(/did not give this chat/)]]);
  });

  it("comes into the line with the agent who writes on our pages", async () => {
    const conversation = await customerSays("Hi");
    await agentWrites(conversation, "Hello, Anna here");
    await runs(conversation);
    expect(line().filter((row) => !row.startsWith("system"))).toEqual([
      "customer: Hi",
      expect.stringMatching(/: Robbie:\nYou said: Hi$/),
      expect.stringMatching(/: Hello, Anna here$/),
    ]);
    const { length } = asked;
    await customerSays("Good morning");
    expect(asked.slice(length).filter(({ event }) => event === "message")).toEqual([]);
  });
});
