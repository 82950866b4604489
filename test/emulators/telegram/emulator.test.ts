import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { type EmulatorOptions, startTelegramEmulator, type TelegramEmulator } from "./emulator.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function start(options: EmulatorOptions = {}): Promise<TelegramEmulator> {
  const emulator = await startTelegramEmulator(options);
  open.push(emulator);
  return emulator;
}

interface Answer {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number };
}

async function call(
  emulator: TelegramEmulator,
  method: string,
  params: object = {},
  token = emulator.token,
): Promise<Answer> {
  const response = await fetch(`${emulator.url}/bot${token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
  });
  return (await response.json()) as Answer;
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: { update_id: number; message: { text: string } };
}

/** An app that takes webhooks and answers with these statuses in turn, then 200. */
async function app(statuses: readonly number[] = []): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const left = [...statuses];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Received["body"],
      });
      response.writeHead(left.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`, received };
}

describe("the telegram emulator is strict", () => {
  it.each([
    [
      "an unknown parameter",
      "sendMessage",
      { chat_id: 5, text: "x", reply_to: 1 },
      "unknown parameter reply_to of sendMessage",
    ],
    [
      "an unknown parameter within",
      "sendMessage",
      { chat_id: 5, text: "x", reply_parameters: { id: 1 } },
      "reply_parameters",
    ],
    ["an empty text", "sendMessage", { chat_id: 5, text: " " }, "message text is empty"],
    ["a missing text", "sendMessage", { chat_id: 5 }, "message text is empty"],
    ["a missing chat", "sendMessage", { text: "x" }, "chat_id is empty"],
    ["a text too long", "sendMessage", { chat_id: 5, text: "x".repeat(4_097) }, "message is too long"],
    ["half a character", "sendMessage", { chat_id: 5, text: "x\ud83d" }, "strings must be encoded in UTF-8"],
    [
      "an entity past the end",
      "sendMessage",
      { chat_id: 5, text: "x", entities: [{ type: "bold", offset: 0, length: 2 }] },
      "entity ends at 2",
    ],
    [
      "an entity within a pair",
      "sendMessage",
      { chat_id: 5, text: "😀x", entities: [{ type: "bold", offset: 1, length: 2 }] },
      "cuts a character",
    ],
    [
      "bold within code",
      "sendMessage",
      {
        chat_id: 5,
        text: "abc",
        entities: [
          { type: "code", offset: 0, length: 3 },
          { type: "bold", offset: 0, length: 1 },
        ],
      },
      "overlap",
    ],
    ["a stranger", "sendMessage", { chat_id: 6, text: "x" }, "chat not found"],
    [
      "a reply to nothing",
      "sendMessage",
      { chat_id: 5, text: "x", reply_parameters: { message_id: 77 } },
      "message to be replied not found",
    ],
    ["an album of one", "sendMediaGroup", { chat_id: 5, media: [{ type: "photo", media: "x" }] }, "at least 2"],
    ["an unknown file", "sendPhoto", { chat_id: 5, photo: "AgAC" }, "wrong remote file identifier"],
    ["an edit of nothing", "editMessageText", { chat_id: 5, message_id: 9, text: "x" }, "message to edit not found"],
    ["a deletion of nothing", "deleteMessage", { chat_id: 5, message_id: 9 }, "message to delete not found"],
    ["a webhook without https", "setWebhook", { url: "http://a.example/" }, "HTTPS URL must be provided"],
    ["a webhook on an odd port", "setWebhook", { url: "https://a.example:444/" }, "ports 80, 88, 443 or 8443"],
    [
      "a secret with odd characters",
      "setWebhook",
      { url: "https://a.example/", secret_token: "a b" },
      "unallowed characters",
    ],
  ])("refuses %s", async (_name, method, params, description) => {
    const emulator = await start();
    emulator.addPerson({ id: 5 });
    const answer = await call(emulator, method, params);
    expect(answer).toMatchObject({ ok: false, error_code: 400, description: expect.stringContaining(description) });
    expect(emulator.log.at(-1)).toMatchObject({ method, processed: false, status: 400 });
  });

  it("knows its bots by token", async () => {
    const emulator = await start();
    expect(await call(emulator, "getMe", {}, "123:AAAAAAAAAAAAAAAAAAAAAAAA")).toMatchObject({ error_code: 401 });
    expect(await call(emulator, "getMe", {}, "nonsense")).toMatchObject({ error_code: 404 });
    expect(await call(emulator, "getMeNot")).toMatchObject({
      error_code: 404,
      description: "Not Found: method not found",
    });
  });

  it("limits floods per chat and per bot, and lets go with time", async () => {
    let now = 1_000_000;
    const emulator = await start({ now: () => now, limits: { chatBurst: 2, perBotPerSecond: 4 } });
    const people = Array.from({ length: 5 }, () => emulator.addPerson().id);
    const send = (chat: number | undefined) => call(emulator, "sendMessage", { chat_id: chat, text: "x" });
    expect([await send(people[0]), await send(people[0])].map((answer) => answer.ok)).toEqual([true, true]);
    expect(await send(people[0])).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } });
    expect([await send(people[1]), await send(people[2])].map((answer) => answer.ok)).toEqual([true, true]);
    expect(await send(people[3])).toMatchObject({ error_code: 429 });
    now += 1_000;
    expect((await send(people[0])).ok).toBe(true);
  });
});

describe("the telegram emulator's updates", () => {
  it("follow the offset", async () => {
    const emulator = await start();
    const person = emulator.addPerson();
    for (const text of ["a", "b", "c"]) emulator.userWrites(person.id, text);
    const ids = ((await call(emulator, "getUpdates")).result as { update_id: number }[]).map(
      (update) => update.update_id,
    );
    expect(ids).toHaveLength(3);
    expect((await call(emulator, "getUpdates", { offset: ids[1] })).result).toHaveLength(2);
    expect((await call(emulator, "getUpdates")).result).toHaveLength(2);
    expect((await call(emulator, "getUpdates", { offset: -1 })).result).toHaveLength(1);
  });

  it("are kept of the kinds asked for", async () => {
    const emulator = await start();
    const person = emulator.addPerson();
    await call(emulator, "getUpdates", { allowed_updates: ["edited_message"] });
    const [written] = emulator.userWrites(person.id, "a");
    emulator.userEdits(person.id, written?.message_id ?? 0, "b");
    expect((await call(emulator, "getUpdates")).result).toEqual([
      expect.objectContaining({ edited_message: expect.objectContaining({ text: "b" }) }),
    ]);
  });

  it("are refused while a webhook is set, and to two askers at once", async () => {
    const emulator = await start({ webhookOrigins: { "https://a.example": "http://127.0.0.1:1" } });
    const first = call(emulator, "getUpdates", { timeout: 30 });
    await expect.poll(() => emulator.calls("getUpdates")).toHaveLength(1);
    const second = call(emulator, "getUpdates", { timeout: 30 });
    expect(await first).toMatchObject({
      error_code: 409,
      description: expect.stringContaining("terminated by other getUpdates"),
    });
    await call(emulator, "setWebhook", { url: "https://a.example/" });
    expect(await second).toMatchObject({ error_code: 409 });
    expect(await call(emulator, "getUpdates")).toMatchObject({
      error_code: 409,
      description: expect.stringContaining("webhook is active"),
    });
  });

  it("go to the webhook with its secret, again until they are taken, in order within a chat", async () => {
    const { url, received } = await app([500, 302]);
    const delays: number[] = [];
    const emulator = await start({
      webhookOrigins: { "https://a.example": url },
      webhookDelay: (failures) => {
        delays.push(failures);
        return 0;
      },
    });
    const person = emulator.addPerson();
    await call(emulator, "setWebhook", {
      url: "https://a.example/hook?x=1",
      secret_token: "s-1",
      allowed_updates: ["message"],
    });
    emulator.userWrites(person.id, "one");
    emulator.userWrites(person.id, "two");
    await expect.poll(() => received).toHaveLength(4);
    expect(received.map((one) => one.body.message.text)).toEqual(["one", "one", "one", "two"]);
    expect(received[0]?.headers["x-telegram-bot-api-secret-token"]).toBe("s-1");
    await expect.poll(() => emulator.bot().updates).toEqual([]);
    expect(delays).toEqual([1, 2]);
    expect(emulator.attempts().map((attempt) => attempt.status)).toEqual([500, 302, 200, 200]);
  });

  it("of another chat are not held back by one that fails, and wait for their delay", async () => {
    const { url, received } = await app([500]);
    const emulator = await start({ webhookOrigins: { "https://a.example": url }, webhookDelay: () => 3_600_000 });
    const [one, two] = [emulator.addPerson().id, emulator.addPerson().id];
    await call(emulator, "setWebhook", { url: "https://a.example/" });
    emulator.userWrites(one, "fails");
    await expect.poll(() => emulator.attempts()).toHaveLength(1);
    emulator.userWrites(two, "passes");
    await expect.poll(() => emulator.attempts()).toHaveLength(2);
    expect(emulator.bot().updates).toHaveLength(1);
    emulator.retryWebhooks();
    await expect.poll(() => received.map((each) => each.body.message.text)).toEqual(["fails", "passes", "fails"]);
  });
});

describe("the telegram emulator's faults", () => {
  it("break off before or after the effect, and the log knows which", async () => {
    const emulator = await start();
    const person = emulator.addPerson();
    emulator.fault({ kind: "drop-before" });
    emulator.fault({ kind: "drop-after" });
    await expect(call(emulator, "sendMessage", { chat_id: person.id, text: "1" })).rejects.toThrow("fetch failed");
    await expect(call(emulator, "sendMessage", { chat_id: person.id, text: "2" })).rejects.toThrow("fetch failed");
    expect(emulator.sentTo(person.id).map((message) => message.text)).toEqual(["2"]);
    await expect
      .poll(() => emulator.log.map((entry) => [entry.processed, entry.end !== undefined]))
      .toEqual([
        [false, true],
        [true, true],
      ]);
  });

  it("answer with pages and errors", async () => {
    const emulator = await start();
    emulator.fault({ kind: "502-html" });
    const page = await fetch(`${emulator.url}/bot${emulator.token}/getMe`);
    expect([page.status, await page.text()]).toEqual([502, expect.stringContaining("<html>")]);
    emulator.fault({ kind: "429", retryAfter: 12, method: "getMe" });
    expect(await call(emulator, "getMe")).toMatchObject({ error_code: 429, parameters: { retry_after: 12 } });
    expect(await call(emulator, "getMe")).toMatchObject({ ok: true });
  });

  it("hang until the caller gives up", async () => {
    const emulator = await start();
    emulator.fault({ kind: "hang" });
    const given = fetch(`${emulator.url}/bot${emulator.token}/getMe`, { signal: AbortSignal.timeout(100) });
    await expect(given).rejects.toThrow(/timeout/);
    await expect.poll(() => emulator.log[0]?.end).toBeDefined();
  });

  it("go down and come up on the same port", async () => {
    const emulator = await start();
    await emulator.goDown();
    await expect(call(emulator, "getMe")).rejects.toThrow("fetch failed");
    await emulator.comeUp();
    expect((await call(emulator, "getMe")).ok).toBe(true);
  });
});

describe("the telegram emulator as a program", () => {
  it("is steered over HTTP", async () => {
    const child = spawn(
      process.execPath,
      [new URL("main.ts", import.meta.url).pathname, "--port", "0", "--no-limits"],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    open.push({
      close: async () => {
        child.kill("SIGTERM");
        if (child.exitCode === null) await once(child, "exit");
      },
    });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const { url, tokens } = JSON.parse(line) as { url: string; tokens: string[] };
    const post = async (path: string, body: unknown): Promise<unknown> => {
      const response = await fetch(`${url}/_emulator/${path}`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      });
      return await response.json();
    };
    await post("people", { id: 42, first_name: "Ivo" });
    const bytes = Buffer.from("hello");
    expect(
      await post("write", { chat: 42, document: { name: "a.txt", base64: bytes.toString("base64") } }),
    ).toMatchObject([{ message_id: 1 }]);
    const updates = (await (await fetch(`${url}/bot${tokens[0]}/getUpdates`)).json()) as {
      result: { message: { document: { file_id: string } } }[];
    };
    const file = updates.result[0]?.message.document.file_id;
    const path = (await (await fetch(`${url}/bot${tokens[0]}/getFile?file_id=${file}`)).json()) as {
      result: { file_path: string };
    };
    expect(await (await fetch(`${url}/file/bot${tokens[0]}/${path.result.file_path}`)).text()).toBe("hello");
    await post("faults", { kind: "500", method: "sendMessage" });
    expect((await fetch(`${url}/bot${tokens[0]}/sendMessage?chat_id=42&text=hi`)).status).toBe(500);
    expect((await fetch(`${url}/bot${tokens[0]}/sendMessage?chat_id=42&text=hi`)).status).toBe(200);
    const log = (await (await fetch(`${url}/_emulator/log?method=sendMessage`)).json()) as { processed: boolean }[];
    expect(log.map((entry) => entry.processed)).toEqual([false, true]);
    const state = (await (await fetch(`${url}/_emulator/state`)).json()) as {
      bots: { chats: { messages: unknown[] }[] }[];
    };
    expect(state.bots[0]?.chats[0]?.messages).toHaveLength(2);
    expect((await fetch(`${url}/_emulator/write`, { method: "POST", body: "{" })).status).toBe(400);
  });
});

it("the telegram emulator plays Start links, reactions, business chats and groups that move, told by HTTP", async () => {
  const emulator = await startTelegramEmulator({ limits: false });
  open.push(emulator);
  const bot = emulator.bot();
  bot.allowedUpdates = ["message", "message_reaction", "business_message", "deleted_business_messages"];
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${emulator.url}/_emulator/${path}`, { method: "POST", body: JSON.stringify(body) });
    expect(response.status, path).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };
  const kinds = () => bot.updates.map((update) => Object.keys(update).at(-1));
  const said = (at: number) => bot.updates.at(at)?.["message"] as Record<string, unknown>;
  await post("people", { id: 42, first_name: "Ivo" });
  await post("start", { chat: 42, payload: "promo" });
  expect(said(-1)["text"]).toBe("/start promo");
  await post("react", { chat: 42, message: 1, emoji: "👍" });
  const { id } = await post("business", {});
  await post("business-write", { connection: id, chat: 42, text: "Open today?" });
  await post("business-remove", { connection: id, chat: 42, messages: [2] });
  expect(kinds()).toEqual(["message", "message_reaction", "business_message", "deleted_business_messages"]);
  const send = (chat: number, more = "") =>
    fetch(`${emulator.url}/bot${emulator.token}/sendMessage?chat_id=${chat}&text=hi${more}`);
  await post("business-write", { connection: id, chat: 42, text: "Open?", byOwner: false });
  expect((await send(42, `&business_connection_id=${String(id)}`)).status).toBe(200);
  await post("business-rights", { connection: id, canReply: false });
  expect((await send(42, `&business_connection_id=${String(id)}`)).status).toBe(403);
  await post("groups", { id: -5, title: "Wholesale", type: "group" });
  await post("migrate", { chat: -5, to: -1_001_000_000_001 });
  expect(said(-2)["migrate_to_chat_id"]).toBe(-1_001_000_000_001);
  expect(said(-1)["migrate_from_chat_id"]).toBe(-5);
  const moved = await send(-5);
  expect(moved.status).toBe(400);
  expect(await moved.json()).toMatchObject({ parameters: { migrate_to_chat_id: -1_001_000_000_001 } });
  expect((await send(-1_001_000_000_001)).status).toBe(200);
});
