import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HistoryAnswer, PostedAnswer } from "../../src/api/webchat.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { bearer, closeStore, openWebchat, SITE, type WebchatWorld } from "../channels/webchat/harness.ts";
import { PNG } from "../support/bad-files.ts";

let world: WebchatWorld;
const reopen = async (...given: Parameters<typeof openWebchat>) => {
  await world.close();
  world = await openWebchat(...given);
};

beforeEach(async () => {
  world = await openWebchat();
});
afterEach(() => world.close());
afterAll(closeStore);

const post: WebchatWorld["post"] = (...given) => world.post(...given);
const say = (token: string, text: string, id: string = randomUUID()) => post("messages", token, { id, text });
const history: WebchatWorld["history"] = (...given) => world.history(...given);
const codeOf = (answer: { json(): { error?: { code?: string } } }) => answer.json().error?.code;

describe("messages", () => {
  test("go both ways, in order, with the states a visitor may know", async () => {
    const token = await world.visit();
    const id = randomUUID();
    const posted = (await say(token, "  Do you ship to Oslo?\u0007 ", id)).json<PostedAnswer>();
    expect(posted.message).toMatchObject({
      clientId: id,
      text: "Do you ship to Oslo?",
      from: "visitor",
      state: "sent",
    });
    await world.passOn("Do you ship to Oslo?");
    await world.reply("Do you ship to Oslo?", {
      body: { text: "Yes, daily.", spans: [{ kind: "bold", start: 5, end: 10 }] },
      attachments: [],
    });
    const { messages } = await history(token);
    expect(messages.map(({ from, text, state }) => [from, text, state])).toEqual([
      ["visitor", "Do you ship to Oslo?", "delivered"],
      ["team", "Yes, daily.", "sent"],
    ]);
    expect(messages[1]?.spans).toEqual([{ kind: "bold", start: 5, end: 10 }]);
  });

  test("posted twice are there once", async () => {
    const token = await world.visit();
    const id = randomUUID();
    const answers = await Promise.all([
      say(token, "once", id),
      say(token, "once", id),
      say(token, "once", id.toUpperCase()),
    ]);
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 200]);
    expect(new Set(answers.map((answer) => answer.json<PostedAnswer>().message?.id)).size).toBe(1);
    expect((await history(token)).messages).toHaveLength(1);
  });

  test("under the same id by two visitors are two messages", async () => {
    const [first, second] = [await world.visit(), await world.visit()];
    const id = randomUUID();
    await say(first, "from the first", id);
    await say(second, "from the second", id);
    expect((await history(second)).messages.map((message) => message.text)).toEqual(["from the second"]);
  });

  test.each([
    ["no id", { text: "x" }],
    ["an id that is none", { id: "1", text: "x" }],
    ["no text", { id: randomUUID(), text: "  \n" }],
    ["too long a text", { id: randomUUID(), text: "x".repeat(4001) }],
    ["a text that is none", { id: randomUUID(), text: { $gt: "" } }],
  ])("with %s are refused", async (_what, payload) => {
    const token = await world.visit();
    const answer = await post("messages", token, payload);
    expect(answer.statusCode).toBe(400);
    expect(codeOf(answer)).toBe("bad-message");
    expect((await history(token)).messages).toEqual([]);
  });

  test("that are no JSON, or too much of it, end as 4xx", async () => {
    const token = await world.visit();
    const raw = (payload: string, type: string) =>
      world.app.inject({
        method: "POST",
        url: world.at("messages"),
        headers: { ...bearer(token), "content-type": type },
        payload,
      });
    expect((await raw("{", "application/json")).statusCode).toBe(400);
    expect((await raw("<x/>", "application/xml")).statusCode).toBe(415);
    expect(
      (await raw(JSON.stringify({ id: randomUUID(), text: "x".repeat(70_000) }), "application/json")).statusCode,
    ).toBe(413);
  });

  test("carry the page on which the conversation began, and no other", async () => {
    const token = await world.visit();
    const from = (text: string, url: string) =>
      post("messages", token, { id: randomUUID(), text, details: { visit: { url } } });
    await from("one", `${SITE}/cart?item=5#pay`);
    await from("two", `${SITE}/elsewhere`);
    const stranger = await world.visit();
    await post("messages", stranger, {
      id: randomUUID(),
      text: "three",
      details: { visit: { url: "https://evil.example/" } },
    });
    const conversations = await world.store.conversations.list(world.account.portal, { limit: 10 });
    expect(conversations.map((one) => one.customer.url).sort()).toEqual([`${SITE}/cart?item=5`, undefined]);
  });

  test("quote what the visitor can see, and nothing else", async () => {
    const [token, stranger] = [await world.visit(), await world.visit()];
    await say(token, "hello");
    await say(stranger, "I am somebody else");
    const answer = await world.reply("hello", "Which size?");
    await post("messages", token, { id: randomUUID(), text: "Large", quote: answer });
    await post("messages", stranger, { id: randomUUID(), text: "Let me see", quote: answer });
    expect((await history(token)).messages.at(-1)?.quote).toEqual({ text: "Which size?" });
    expect((await history(stranger)).messages.at(-1)).toMatchObject({ text: "Let me see" });
    expect((await history(stranger)).messages.at(-1)).not.toHaveProperty("quote");
  });

  test("of the team show when they are sent and not before", async () => {
    const token = await world.visit();
    await say(token, "hello");
    await world.reply("hello", "refused one", { upTo: "refused" });
    await world.reply("hello", "unclear one", { upTo: "uncertain" });
    await world.reply("hello", "waiting one", { upTo: "sending" });
    const page = await history(token);
    expect(page.messages.map((message) => message.text)).toEqual(["hello", "unclear one"]);
    // What is still to appear lies after the position to ask on from.
    const rows = await world.store.messages.journal(world.account.portal, { direction: "out", limit: 10 });
    expect(page.cursor).toBeLessThan(rows.at(-1)?.seq ?? 0);
  });

  test("edited and removed by the team change, and what is removed does not leave the server", async () => {
    const token = await world.visit();
    await say(token, "hello");
    const first = await world.reply("hello", "Secret price: 5");
    const second = await world.reply("hello", "At fife");
    await world.reply("hello", "At five", { kind: "edit", target: second });
    await world.reply("hello", "", { kind: "delete", target: first });
    const { messages } = await history(token);
    expect(messages.map(({ kind }) => kind)).toEqual(["message", "message", "message", "edit", "delete"]);
    expect(messages.find((message) => message.kind === "edit")).toMatchObject({ target: second, text: "At five" });
    expect(JSON.stringify(messages)).not.toContain("Secret price");
  });

  test("page back and forth", async () => {
    const token = await world.visit();
    for (const text of ["1", "2", "3", "4", "5"]) await say(token, text);
    const texts = (page: HistoryAnswer) => page.messages.map((message) => message.text).join("");
    const last = await history(token, "?limit=2");
    expect([texts(last), last.more]).toEqual(["45", true]);
    const before = await history(token, `?limit=2&before=${last.messages[0]?.seq}`);
    expect(texts(before)).toBe("23");
    const after = await history(token, `?limit=2&after=${before.messages[0]?.seq}`);
    expect(texts(after)).toBe("34");
    expect(
      (await world.app.inject({ method: "GET", url: world.at("messages?after=-1"), headers: bearer(token) }))
        .statusCode,
    ).toBe(400);
  });

  test("are asked for again when the store is away", async () => {
    await reopen({ acceptInbound: () => Promise.reject(new StoreUnavailable("away")) });
    const answer = await say(await world.visit(), "hello");
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBeDefined();
    expect(answer.headers["access-control-allow-origin"]).toBe(SITE);
  });
});

describe("receipts", () => {
  const stateOf = async (id: string) =>
    (await world.store.messages.journal(world.account.portal, { direction: "out", limit: 10 })).find(
      (row) => row.id === id,
    )?.state;

  test("raise states and never lower them", async () => {
    const token = await world.visit();
    await say(token, "hello");
    const [first, second] = [await world.reply("hello", "one"), await world.reply("hello", "two")];
    const seqs = (await history(token)).messages.map((message) => message.seq);
    expect((await post("receipts", token, { delivered: seqs[2], read: seqs[1] })).json()).toEqual({ again: false });
    expect([await stateOf(first), await stateOf(second)]).toEqual(["read", "delivered"]);
    await post("receipts", token, { delivered: seqs[2] });
    expect(await stateOf(first)).toBe("read");
  });

  test("that come before the message is finished are asked for again", async () => {
    const token = await world.visit();
    await say(token, "hello");
    await world.reply("hello", "one", { upTo: "sending" });
    expect((await post("receipts", token, { read: Number.MAX_SAFE_INTEGER })).json()).toEqual({ again: true });
  });

  test("of a stranger change nothing", async () => {
    const [token, stranger] = [await world.visit(), await world.visit()];
    await say(token, "hello");
    const id = await world.reply("hello", "one");
    await post("receipts", stranger, { read: Number.MAX_SAFE_INTEGER });
    expect(await stateOf(id)).toBe("sent");
  });
});

describe("files", () => {
  const form = (bytes: Buffer, name: string, id: string = randomUUID()) => {
    const field = `--b\r\ncontent-disposition: form-data; name="id"\r\n\r\n${id}\r\n`;
    const head = `--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`;
    const file = [Buffer.from(head), bytes, Buffer.from("\r\n")];
    return Buffer.concat([Buffer.from(field), ...file, Buffer.from("--b--\r\n")]);
  };
  const upload = (token: string, payload: Buffer) =>
    world.app.inject({
      method: "POST",
      url: world.at("files"),
      headers: { ...bearer(token), "content-type": "multipart/form-data; boundary=b" },
      payload,
    });
  const fetchFile = (url: string, account = world.account) =>
    world.app.inject({ method: "GET", url: world.at(url, account) });

  test("arrive once, and open for the visitor by a link that cannot be changed", async () => {
    const token = await world.visit();
    const id = randomUUID();
    const [first, second] = [
      await upload(token, form(PNG, "cat.png", id)),
      await upload(token, form(PNG, "cat.png", id)),
    ];
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    const { messages } = await history(token);
    expect(messages).toHaveLength(1);
    const file = messages[0]?.files[0];
    expect(file).toMatchObject({ name: "cat.png", mime: "image/png", kind: "photo", size: PNG.length });
    const opened = await fetchFile(file?.url ?? "");
    expect(opened.rawPayload.equals(PNG)).toBe(true);
    expect(opened.headers).toMatchObject({
      "content-type": "image/png",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "cross-origin",
    });
    const url = file?.url ?? "";
    for (const bad of [url.replace(/&s=.{4}/, "&s=AAAA"), url.replace(/e=\d/, "e=9"), url.replace(/\?.*/, "")]) {
      expect((await fetchFile(bad)).statusCode, bad).toBe(403);
    }
    expect((await fetchFile(url, world.other)).statusCode).toBe(403);
  });

  test("of the team open as well, and what a page could run is only a download", async () => {
    const token = await world.visit();
    await say(token, "hello");
    const id = await world.reply("hello", "see the file");
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const attachment = await world.shelve(svg, "drawing.svg", id);
    await world.reply("hello", { body: { text: "here", spans: [] }, attachments: [attachment] });
    const file = (await history(token)).messages.at(-1)?.files[0];
    const opened = await fetchFile(file?.url ?? "");
    expect(opened.statusCode).toBe(200);
    expect(opened.headers["content-type"]).toBe("application/octet-stream");
    expect(opened.headers["content-disposition"]).toMatch(/^attachment; filename\*=UTF-8''drawing\.svg/);
    expect(opened.headers["content-security-policy"]).toContain("sandbox");
  });

  test("of a visitor that claim to be pictures are judged by their bytes", async () => {
    const token = await world.visit();
    await upload(token, form(Buffer.from("<html><script>alert(1)</script>"), "cat.png"));
    const file = (await history(token)).messages[0]?.files[0];
    expect(file).toMatchObject({ kind: "file" });
    expect((await fetchFile(file?.url ?? "")).headers["content-disposition"]).toMatch(/^attachment/);
  });

  test("that are too large, empty, or come without an id are refused", async () => {
    await reopen({ limits: { fileBytes: 1000 } });
    const token = await world.visit();
    expect((await upload(token, form(Buffer.alloc(1001, 1), "big.bin"))).statusCode).toBe(413);
    expect((await upload(token, form(Buffer.alloc(1000, 1), "fits.bin"))).statusCode).toBe(200);
    expect(codeOf(await upload(token, form(Buffer.alloc(0), "empty.bin")))).toBe("empty-file");
    expect(codeOf(await upload(token, form(PNG, "cat.png", "no-uuid")))).toBe("bad-id");
    expect((await post("files", token, { id: randomUUID() })).statusCode).toBe(415);
    expect((await history(token)).messages).toHaveLength(1);
  });
});
