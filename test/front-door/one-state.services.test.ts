/**
 * What agents write on our pages, from the button to the customer and into the line, by both ways in which it may get there
 * and with everything that a portal may make of its echo.
 */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { bootOf } from "../handlers/support/site.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, type JournalMessage, World } from "../support/world/world.ts";

const [ANNA, BORIS] = [5, 7];
const ECHO = "ONIMCONNECTORMESSAGEADD";

interface Way {
  readonly name: string;
  readonly voice: "connector" | "messenger";
  readonly echo: boolean;
}

const ways: readonly Way[] = [
  { name: "by the connector, told back as an event", voice: "connector", echo: true },
  { name: "by the connector, never told back", voice: "connector", echo: false },
  { name: "by the messenger", voice: "messenger", echo: true },
];

describe.each(ways)("$name", ({ voice, echo }) => {
  /** How soon is the bench's question; a slow machine may take so long. */
  const SOON_MS = 10_000;
  /** The portal is looked at every ten seconds, and some more. */
  const LOOK_MS = 30_000;
  let world: World;
  let account: ApiAccount;
  let admin: string;
  let anna: string;
  let boris: string;
  let people = 0;

  beforeAll(async () => {
    const portal = { echoUserMessages: echo };
    world = await World.start({ unpaced: true, portal: { portals: [portal] }, env: { LINE_VOICE: voice } });
    await world.install();
    account = await world.connectTelegram();
    [admin, anna, boris] = [await sessionOf(1), await sessionOf(ANNA), await sessionOf(BORIS)];
  });
  afterEach(() => world.portal.faults.clear());
  afterAll(() => world?.stop());

  const controls = () => world.portal.portal();

  async function sessionOf(userId: number): Promise<string> {
    return bootOf((await controls().openApp({ userId })).html).session;
  }

  async function api(session: string, method: string, path: string, body?: unknown) {
    const response = await fetch(`${world.web.url}/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${session}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }

  /** Somebody new has written, and the line shows it. */
  async function customer() {
    people += 1;
    const person = world.telegram.addPerson({ first_name: `Maria${people}` });
    world.telegram.userWrites(person.id, "Is it in stock?");
    const chats = () => [...controls().portal.chats.values()].filter((one) => one.externalUserId === String(person.id));
    await until(() => chats().length === 1, 10_000, "the chat in the line");
    const [chat] = chats();
    if (!chat) throw new Error("no chat");
    const conversation = chat.externalChatId;
    return {
      conversation,
      chat,
      writes: (text: string) => world.telegram.userWrites(person.id, text),
      received: () => world.telegram.sentTo(person.id).map((message) => message.text),
      line: () =>
        controls()
          .portal.chatMessages(chat)
          .filter((message) => message.from !== "system")
          .map((message) => `${message.from === "customer" ? "Maria" : message.authorId}: ${message.text}`),
      chats: () => chats().length,
    };
  }

  const write = (session: string, conversation: string, text: string, more: object = {}) =>
    api(session, "POST", `/conversations/${conversation}/messages`, { clientId: randomUUID(), text, ...more });

  const thread = (conversation: string): Promise<JournalMessage[]> =>
    api(admin, "GET", `/conversations/${conversation}/messages?changes=true`);

  const outbound = async (conversation: string) =>
    (await thread(conversation)).filter((row) => row.direction === "out").map((row) => `${row.state}: ${row.text}`);

  /** Nothing is on its way any more: what could come a second time has come. */
  async function settled(conversation: string): Promise<void> {
    await world.portal.events.settled();
    await until(
      async () => (await outbound(conversation)).every((row) => !/^(stored|sending)/.test(row)),
      10_000,
      "everything to be sent",
    );
    await world.portal.events.settled();
  }

  test("stands in the line once under the agent's name, and reaches the customer once", async () => {
    const maria = await customer();
    await write(anna, maria.conversation, "Yes, it is.");
    await until(() => maria.line().length === 2 && maria.received().length === 1, 10_000, "both sides");
    maria.writes("Thanks!");
    await until(() => maria.line().length === 3, 10_000, "the answer");
    await settled(maria.conversation);
    expect(maria.line()).toEqual(["Maria: Is it in stock?", `${ANNA}: Yes, it is.`, "Maria: Thanks!"]);
    expect(maria.received()).toEqual(["Yes, it is."]);
    expect(await outbound(maria.conversation)).toEqual(["sent: Yes, it is."]);
    // Whoever answers has taken the chat.
    expect(await api(anna, "GET", `/conversations/${maria.conversation}`)).toMatchObject({
      ...{ open: true, accepted: true, operator: { id: String(ANNA), name: "Anna Agent" } },
    });
  });

  test("is heard of at once by whoever looks at it, and so is who has the chat", async () => {
    const maria = await customer();
    await settled(maria.conversation);
    const page = new AbortController();
    const stream = await fetch(`${world.web.url}/api/live?stream=${randomUUID()}&looking=${maria.conversation}`, {
      headers: { authorization: `Bearer ${boris}` },
      signal: page.signal,
    });
    let heard = "";
    const reading = (async () => {
      for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) heard += chunk;
    })().catch(() => undefined);
    await until(() => heard.includes("event: news"), 5_000, "the stream");
    heard = "";
    await api(anna, "POST", `/conversations/${maria.conversation}/session`, { action: "accept" });
    await until(() => heard.includes('"accepted":true'), SOON_MS, "who has it");
    // Taken over in Open Lines itself: no event tells, so whoever looks hears of it with the next look.
    controls().operatorAccepts(maria.chat.id, BORIS);
    await until(() => heard.includes(`"operator":{"id":"${BORIS}"`), LOOK_MS, "who has it now");
    heard = "";
    await write(anna, maria.conversation, "Hello");
    await until(() => heard.includes("event: news"), SOON_MS, "the message");
    await settled(maria.conversation);
    heard = "";
    maria.writes("Hello!");
    await until(() => heard.includes("event: news"), SOON_MS, "the answer");
    expect(await api(boris, "GET", `/conversations/${maria.conversation}`)).toMatchObject({ open: true });
    page.abort();
    await reading;
  });

  test("however the event comes: doubled, late, lost, or before the answer", async () => {
    const maria = await customer();
    const said = ["one", "two", "three", "four"];
    const faults = [
      { kind: "event-doubled", method: ECHO },
      { kind: "event-late", method: ECHO, delayMs: 700 },
      { kind: "event-lost", method: ECHO },
      {
        kind: "slow-after",
        method: voice === "connector" ? "imconnector.send.messages" : "im.message.add",
        delayMs: 700,
      },
    ] as const;
    for (const [at, text] of said.entries()) {
      const fault = faults[at];
      if (fault) world.portal.faults.add({ ...fault, times: 1 });
      await write(anna, maria.conversation, text);
      await until(
        () => maria.received().length === at + 1 && maria.line().length === at + 2,
        10_000,
        `"${text}" on both sides`,
      );
      await settled(maria.conversation);
      world.portal.faults.clear();
    }
    expect(maria.received()).toEqual(said);
    expect(maria.line().slice(1)).toEqual(said.map((text) => `${ANNA}: ${text}`));
    expect(await outbound(maria.conversation)).toEqual(said.map((text) => `sent: ${text}`));
  });

  test("a colleague's own reply in the line is no echo, in between and afterwards", async () => {
    const maria = await customer();
    await write(anna, maria.conversation, "I will look.");
    await until(() => maria.line().length === 2, 10_000, "the line");
    controls().operatorWrites(maria.chat.id, { text: "I have one here.", userId: BORIS });
    await until(() => maria.received().length === 2, 10_000, "both replies");
    await settled(maria.conversation);
    expect(maria.received().toSorted()).toEqual(["I have one here.", "I will look."]);
    expect(maria.line().slice(1)).toEqual([`${ANNA}: I will look.`, `${BORIS}: I have one here.`]);
  });

  test("two agents at once: each once, in one order on both sides", async () => {
    const maria = await customer();
    await write(anna, maria.conversation, "Hello");
    await settled(maria.conversation);
    const texts = ["a1", "b1", "a2", "b2", "a3", "b3"];
    await Promise.all(texts.map((text) => write(text.startsWith("a") ? anna : boris, maria.conversation, text)));
    await until(() => maria.received().length === 7 && maria.line().length === 8, 15_000, "all of it");
    await settled(maria.conversation);
    expect(maria.received().slice(1).toSorted()).toEqual(texts.toSorted());
    expect(
      maria
        .line()
        .slice(2)
        .map((line) => line.replace(/^\d+: /, "")),
    ).toEqual(maria.received().slice(1));
    const shown = await outbound(maria.conversation);
    expect(shown.map((row) => row.replace("sent: ", ""))).toEqual(maria.received());
  });

  test("changed and taken back, it is so on both sides, and comes back as no second change", async () => {
    const maria = await customer();
    const { id } = await write(anna, maria.conversation, "Thursday");
    await until(() => maria.line().length === 2 && maria.received().length === 1, 10_000, "both sides");
    await settled(maria.conversation);
    await api(anna, "PATCH", `/messages/${id}`, { text: "Friday" });
    await until(() => maria.received()[0] === "Friday" && maria.line()[1] === `${ANNA}: Friday`, 10_000, "the change");
    await settled(maria.conversation);
    await api(anna, "DELETE", `/messages/${id}`);
    const gone = () =>
      controls().portal.chatMessages(maria.chat).at(-1)?.deleted === true && maria.received().length === 0;
    await until(gone, 10_000, "both to be gone");
    await settled(maria.conversation);
    const kinds = (await thread(maria.conversation)).map((row) => (row as unknown as { kind: string }).kind);
    expect(kinds).toEqual(["message", "message", "edit", "delete"]);
  });

  test("a closed chat is reopened by whoever writes; nobody gets a second one", async () => {
    const maria = await customer();
    await write(anna, maria.conversation, "Yes");
    await until(() => maria.line().length === 2, 10_000, "the line");
    await settled(maria.conversation);
    await api(boris, "POST", `/conversations/${maria.conversation}/session`, { action: "finish" });
    const before = maria.chat.sessionIds.length;
    await write(boris, maria.conversation, "It has arrived.");
    await until(() => maria.line().length === 3 && maria.received().length === 2, 10_000, "both sides");
    await settled(maria.conversation);
    const session = controls().portal.sessions.get(maria.chat.currentSessionId);
    expect(session).toMatchObject({ state: "answered", operatorId: BORIS });
    maria.writes("Great");
    await until(() => maria.line().length === 4, 10_000, "the customer's answer");
    await settled(maria.conversation);
    expect(maria.chat.sessionIds).toHaveLength(before + 1);
    expect(maria.chats()).toBe(1);
    expect(await api(anna, "GET", `/conversations/${maria.conversation}`)).toMatchObject({
      ...{ open: true, accepted: true, operator: { id: String(BORIS) } },
    });
  });

  test("the history of the line is looked through, and nothing of it goes out again", async () => {
    const maria = await customer();
    world.portal.faults.add({ kind: "event-lost", method: ECHO, times: 1 });
    await write(anna, maria.conversation, "Said once");
    await until(() => maria.line().length === 2 && maria.received().length === 1, 10_000, "both sides");
    world.portal.faults.add({ kind: "event-lost", method: ECHO, times: 1 });
    controls().operatorWrites(maria.chat.id, { text: "Lost on its way", userId: BORIS });
    await world.api("/api/portal/repair", { method: "POST" });
    await until(() => maria.received().length === 2, 15_000, "the reply that was lost");
    await settled(maria.conversation);
    expect(maria.received()).toEqual(["Said once", "Lost on its way"]);
    expect(await outbound(maria.conversation)).toEqual(["sent: Said once", "sent: Lost on its way"]);
  });

  test("without a line it reaches the customer, and no line", async () => {
    const token = world.telegram.addBot().token;
    const alone = await world.api<ApiAccount>("/api/accounts", {
      method: "POST",
      body: { name: "Alone", channel: "telegram", credentials: { token } },
    });
    expect(alone.line).toBeNull();
    expect(account.line).toBe("1");
    const person = world.telegram.addPerson({ first_name: "Nobody" }, token);
    world.telegram.userWrites(person.id, "Hello", { bot: token });
    let conversation = "";
    await until(
      async () => {
        const listed = await world.api<{ id: string; account: string }[]>("/api/conversations");
        conversation = listed.find((one) => one.account === alone.id)?.id ?? "";
        return conversation !== "";
      },
      10_000,
      "the conversation",
    );
    const calls = () => world.portal.requests.entries({ method: "imconnector.send.messages" }).length;
    const before = calls();
    await write(admin, conversation, "Just between us");
    await until(() => world.telegram.sentTo(person.id, token).length === 1, 10_000, "the message");
    await settled(conversation);
    expect(calls()).toBe(before);
  });
});
