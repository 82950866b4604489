import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import type { VisitorMessage } from "../../src/api/webchat.ts";
import { bearer, closeStore, openWebchat, type WebchatWorld } from "../channels/webchat/harness.ts";
import { until } from "../support/world/until.ts";

let world: WebchatWorld;
let base: string;
const streams: Stream[] = [];

async function start(...given: Parameters<typeof openWebchat>) {
  world = await openWebchat(...given);
  base = await world.app.listen({ port: 0, host: "127.0.0.1" });
}

beforeEach(() => start());
afterEach(async () => {
  for (const stream of streams.splice(0)) stream.cut();
  await world.close();
});
afterAll(closeStore);

interface Stream {
  readonly status: number;
  readonly messages: VisitorMessage[];
  readonly ids: string[];
  readonly events: string[];
  /** All bytes so far. */
  raw(): string;
  isOver(): boolean;
  cut(): void;
}

async function listen(token: string, lastEventId?: string): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(base + world.at("stream"), {
    headers: { ...bearer(token), ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
    signal: abort.signal,
  });
  const messages: VisitorMessage[] = [];
  const ids: string[] = [];
  const events: string[] = [];
  let raw = "";
  let isOver = false;
  const parser = createParser({
    onEvent({ event, id, data }) {
      events.push(event ?? "");
      if (event !== "message") return;
      ids.push(id ?? "");
      messages.push(JSON.parse(data));
    },
  });
  const read = async () => {
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        raw += chunk;
        parser.feed(chunk);
      }
    } catch (error) {
      if (!abort.signal.aborted && !(error instanceof TypeError)) throw error;
    } finally {
      isOver = true;
    }
  };
  void read();
  const stream: Stream = {
    status: response.status,
    messages,
    ids,
    events,
    raw: () => raw,
    isOver: () => isOver,
    cut: () => abort.abort(),
  };
  streams.push(stream);
  return stream;
}

const say = (token: string, text: string) => world.post("messages", token, { id: randomUUID(), text });
const texts = (stream: Stream) => stream.messages.map((message) => message.text);
const hears = (stream: Stream, ...wanted: string[]) =>
  until(
    () => wanted.every((text) => texts(stream).includes(text)),
    5_000,
    `"${wanted.join('", "')}"`,
    () => stream.raw(),
  );

test("brings what both sides write, once each, and changes of its look", async () => {
  const token = await world.visit();
  const stream = await listen(token);
  await until(() => stream.raw().startsWith(": hello"), 2_000, "the first bytes");
  await say(token, "question");
  await hears(stream, "question");
  const answer = await world.reply("question", "answer");
  await hears(stream, "answer");
  await world.passOn("question");
  await until(
    () => stream.messages.some((message) => message.text === "question" && message.state === "delivered"),
    5_000,
    "the tick",
  );
  await world.reply("question", "better answer", { kind: "edit", target: answer });
  await hears(stream, "better answer");
  const looks = stream.messages.map((message) => JSON.stringify(message));
  expect(new Set(looks).size).toBe(looks.length);
  expect(stream.messages.filter((message) => message.text === "answer")).toHaveLength(1);
});

test("resumes after a break without gaps and without doubles", async () => {
  await world.close();
  await start({ limits: { messagesPerVisitor: 1_000, requestsPerVisitor: 1_000 } });
  const token = await world.visit();
  const first = await listen(token);
  await say(token, "one");
  await world.reply("one", "two");
  await hears(first, "one", "two");
  const at = first.ids.at(-1) ?? "";
  first.cut();
  for (let n = 0; n < 120; n += 1) await say(token, `while away ${n}`);
  const rows = await world.store.messages.journal(world.account.portal, { after: Number(at), limit: 500 });
  expect(rows).toHaveLength(120);
  const second = await listen(token, at);
  await until(
    () => second.messages.length >= rows.length,
    5_000,
    "what was missed",
    () => String(second.messages.length),
  );
  await world.reply("one", "the last");
  await hears(second, "the last");
  expect(texts(second)).toEqual([...rows.map((row) => row.content.body.text), "the last"]);
  expect(texts(second)).not.toContain("two");
});

test("does not pass over a message that is still on its way", async () => {
  const token = await world.visit();
  await say(token, "one");
  await world.reply("one", "slow answer", { upTo: "sending" });
  const first = await listen(token, "0");
  await say(token, "three");
  await hears(first, "one", "three");
  const at = first.ids.at(-1) ?? "";
  first.cut();
  const slow = (await world.store.messages.journal(world.account.portal, { direction: "out", limit: 5 }))[0];
  await world.store.messages.finish([
    { message: slow?.id ?? ("" as never), result: { state: "sent", externalIds: ["x"] } },
  ]);
  const second = await listen(token, at);
  await hears(second, "slow answer");
  expect(texts(second).filter((text) => text === "slow answer")).toHaveLength(1);
});

test("shows a message that becomes visible behind newer ones while it listens, without a notice", async () => {
  const token = await world.visit();
  await say(token, "one");
  const id = await world.reply("one", "refused at first", { upTo: "refused" });
  const stream = await listen(token, "0");
  await say(token, "two");
  await hears(stream, "two");
  expect(texts(stream)).toEqual(["one", "two"]);
  // An agent tries it again by hand.
  await world.store.messages.retry(world.account.portal, id);
  await world.store.messages.finish([{ message: id, result: { state: "sent", externalIds: ["x"] } }]);
  await hears(stream, "refused at first");
});

test("tells of an agent's typing and of nobody else's conversation", async () => {
  const [token, stranger] = [await world.visit(), await world.visit()];
  const [stream, other] = [await listen(token), await listen(stranger)];
  await say(token, "hello");
  await hears(stream, "hello");
  const conversation = (await world.store.conversations.list(world.account.portal, { limit: 1 }))[0];
  world.hub.typing(world.account.id, conversation?.externalChatId ?? "");
  await until(() => stream.events.includes("typing"), 2_000, "typing");
  await say(stranger, "other hello");
  await hears(other, "other hello");
  expect(other.events).not.toContain("typing");
  expect(texts(other)).toEqual(["other hello"]);
});

test("needs a token and a position that it gave", async () => {
  expect((await listen("forged")).status).toBe(401);
  expect((await listen(await world.visit(), "abc")).status).toBe(400);
});

test("is limited per visitor, and a place is free again when its browser is gone", async () => {
  await world.close();
  await start({ limits: { streamsPerVisitor: 2 } });
  const token = await world.visit();
  const [first, second] = [await listen(token), await listen(token)];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect((await listen(token)).status).toBe(429);
  first.cut();
  await until(async () => (await listen(token)).status === 200, 3_000, "a free place");
});

test("ends by itself after its life, and does not hold up the server's close", async () => {
  await world.close();
  await start({ timing: { life: 150 } });
  const token = await world.visit();
  const short = await listen(token);
  await until(() => short.isOver(), 3_000, "the end of the stream");
  await world.close();
  await start();
  const stream = await listen(await world.visit());
  await until(() => stream.raw() !== "", 2_000, "the first bytes");
  const closed = await Promise.race([world.app.close().then(() => "closed"), pause(3_000, "hangs", { ref: false })]);
  expect(closed).toBe("closed");
});
