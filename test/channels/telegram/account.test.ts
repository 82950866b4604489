import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Polled } from "../../../src/channels/contract.ts";
import { ALLOWED_UPDATES } from "../../../src/channels/telegram/about.ts";
import { createTelegramAdapter } from "../../../src/channels/telegram/adapter.ts";
import { readUpdate } from "../../../src/channels/telegram/receive.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing, recordingPacer } from "../../contract/channel-harness.ts";
import { type Setup, setUp, telegramAccount } from "./harness.ts";

let at: Setup;
beforeEach(async () => {
  at = await setUp();
});
afterEach(async () => {
  await at.emulator.close();
});

const place = { webhookUrl: "https://app.example/channels/telegram/acc-1", https: true };
const http = { webhookUrl: "http://127.0.0.1:8080/channels/telegram/acc-1", https: false };
const count = (method: string): number => at.emulator.calls(method).length;

describe("links of a telegram bot", () => {
  it("there are none before it is known who the bot is", () => {
    expect(at.adapter.links?.(at.account)).toEqual([]);
  });

  it("open the chat with a mark, which comes back as a fact of the conversation", async () => {
    const { profile } = await at.adapter.connect(at.account, place);
    const all = at.adapter.links?.({ ...at.account, profile }) ?? [];
    expect(all.map(({ id, url }) => [id, url.replace(profile.url ?? "", "")])).toEqual([
      ["chat", ""],
      ["start", "?start={mark}"],
      ["group", "?startgroup"],
    ]);
    const start = all.find(({ id }) => id === "start");
    if (!start?.mark) throw new Error("no link with a mark");
    const allowed = new RegExp(start.mark.pattern);
    for (const mark of [start.mark.example, "a".repeat(64), "Promo_42-x"]) {
      expect(mark).toMatch(allowed);
      const opened = new URL(start.url.replace("{mark}", mark));
      const [message] = at.emulator.userStarts(at.chat, opened.searchParams.get("start") ?? "");
      expect(readUpdate({ message })).toMatchObject([{ content: { notice: "other", site: { start: mark } } }]);
    }
    for (const mark of ["", "a".repeat(65), "with space", "ümlaut", "a&b"]) expect(mark).not.toMatch(allowed);
  });
});

describe("connecting a telegram bot", () => {
  it("registers our webhook with its secret and what we read, and tells who the bot is", async () => {
    const connected = await at.adapter.connect(at.account, place);
    const { username, id } = at.emulator.bot();
    expect(connected.profile).toEqual({ externalId: String(id), title: "Support", url: `https://t.me/${username}` });
    expect(connected.connection.kind).toBe("connected");
    expect(at.emulator.bot().webhook).toEqual({
      url: place.webhookUrl,
      secret: at.account.webhookSecret,
      maxConnections: 40,
    });
    expect(at.emulator.bot().allowedUpdates).toEqual([...ALLOWED_UPDATES]);
    expect(ALLOWED_UPDATES).toContain("message_reaction");
  });

  it("registers again only when Telegram's record differs", async () => {
    await at.adapter.connect(at.account, place);
    await at.adapter.connect(at.account, place);
    expect(count("setWebhook")).toBe(1);
    // A bot that was connected before we read reactions: its list is another one.
    at.emulator.bot().allowedUpdates = ["message", "edited_message"];
    await at.adapter.connect(at.account, place);
    expect(count("setWebhook")).toBe(2);
    expect(at.emulator.bot().allowedUpdates).toEqual([...ALLOWED_UPDATES]);
    at.emulator.bot().lastError = { date: 1, message: "Wrong response from the webhook: 401 Unauthorized" };
    await at.adapter.connect(at.account, place);
    expect(count("setWebhook")).toBe(3);
    await at.adapter.connect(at.account, { ...place, webhookUrl: "https://other.example/x" });
    expect(at.emulator.bot().webhook?.url).toBe("https://other.example/x");
  });

  it("without https takes a webhook away, keeps what waits, and polls", async () => {
    await at.adapter.connect(at.account, place);
    at.emulator.bot().updates.push({ update_id: 7 });
    expect((await at.adapter.connect(at.account, http)).connection.kind).toBe("connected");
    expect(at.emulator.bot().webhook).toBeUndefined();
    expect(at.emulator.bot().updates).toHaveLength(1);
  });

  it("says what is wrong with the address, the token, the network", async () => {
    const wrong = await at.adapter.connect(at.account, { ...place, webhookUrl: "https://app.example:9999/x" });
    expect(wrong.connection).toMatchObject({
      kind: "failed",
      sentence: expect.stringContaining("ports 80, 88, 443 or 8443"),
    });
    at.emulator.fault({ kind: "429" });
    expect((await at.adapter.connect(at.account, place)).connection.kind).toBe("transient-disconnect");
    const unknown = telegramAccount("123:AAAAAAAAAAAAAAAAAAAAAAAA");
    expect((await at.adapter.connect(unknown, place)).connection.kind).toBe("bad-credentials");
    await at.emulator.goDown();
    expect((await at.adapter.connect(at.account, place)).connection.kind).toBe("transient-disconnect");
    await expect(at.adapter.disconnect(at.account)).resolves.toBeUndefined();
  });

  it("takes the webhook away on disconnect", async () => {
    await at.adapter.connect(at.account, place);
    await at.adapter.disconnect(at.account);
    expect(at.emulator.bot().webhook).toBeUndefined();
  });

  it("checks what an admin typed", () => {
    const { credentials } = at.adapter;
    expect(credentials.parse({ token: `  ${at.emulator.token} `, more: 1 })).toEqual({ token: at.emulator.token });
    for (const token of ["", "abc", "123", "123:short", "123:AAAAAAAAAAAAAAAAAAAA/../x", 5]) {
      expect(credentials.safeParse({ token }).success, String(token)).toBe(false);
    }
  });
});

describe("polling telegram", () => {
  const poll = async (cursor?: string, wait = 0, signal = new AbortController().signal): Promise<Polled> => {
    const polled = await at.adapter.polling?.poll(at.account, cursor, wait, signal);
    if (!polled) throw new Error("no polling");
    return polled;
  };
  const texts = (polled: Polled): string[] =>
    polled.kind === "events"
      ? polled.events.flatMap((event) => (event.kind === "message" ? [event.content.body.text] : []))
      : [];

  it("gives news once the cursor is used, and the same again while it is not", async () => {
    at.emulator.userWrites(at.chat, "one");
    at.emulator.userWrites(at.chat, "two");
    const first = await poll();
    expect(texts(first)).toEqual(["one", "two"]);
    expect(texts(await poll())).toEqual(["one", "two"]);
    const cursor = first.kind === "events" ? first.cursor : undefined;
    expect(await poll(cursor)).toEqual({ kind: "events", events: [], cursor });
    at.emulator.userWrites(at.chat, "three");
    expect(texts(await poll(cursor))).toEqual(["three"]);
  });

  it("waits for news", async () => {
    const waiting = poll(undefined, 30);
    await expect.poll(() => count("getUpdates")).toBe(1);
    at.emulator.userWrites(at.chat, "at last");
    expect(texts(await waiting)).toEqual(["at last"]);
  });

  it("can be broken off, keeping the cursor", async () => {
    const controller = new AbortController();
    const waiting = poll("55", 30, controller.signal);
    await expect.poll(() => count("getUpdates")).toBe(1);
    controller.abort();
    expect(await waiting).toEqual({ kind: "events", events: [], cursor: "55" });
  });

  it("passes by an update it cannot read instead of stopping at it", async () => {
    at.emulator.bot().queue("message", { message_id: "broken" });
    at.emulator.userWrites(at.chat, "after it");
    const polled = await poll();
    expect(texts(polled)).toEqual(["after it"]);
    expect(polled.kind === "events" && polled.cursor).toBe("100000003");
  });

  it("explains conflicts, outages and a token that died", async () => {
    const waiting = poll(undefined, 30);
    await expect.poll(() => count("getUpdates")).toBe(1);
    await poll();
    expect(await waiting).toMatchObject({ kind: "retry", sentence: expect.stringContaining("Another program") });
    at.emulator.bot().webhook = { url: "https://elsewhere.example/", secret: "", maxConnections: 40 };
    expect(await poll()).toMatchObject({ kind: "account-down", connection: { kind: "failed" } });
    at.emulator.fault({ kind: "429", retryAfter: 9 });
    expect(await poll()).toMatchObject({ kind: "retry", afterMs: 9_000 });
    at.emulator.fault({ kind: "502-html" });
    expect(await poll()).toMatchObject({ kind: "retry" });
    at.emulator.bot().revoked = true;
    expect(await poll()).toMatchObject({ kind: "account-down", connection: { kind: "bad-credentials" } });
  });
});

describe("opening telegram's files", () => {
  const open = (ref: string) => at.adapter.openMedia?.(at.account, ref, new AbortController().signal);
  const file = (size: number, bytes?: Buffer) => {
    const [written] = at.emulator.userWrites(at.chat, { document: { name: "a.bin", size, ...(bytes && { bytes }) } });
    return (written as unknown as { document: { file_id: string } }).document.file_id;
  };

  it("says that a file of more than 20 MB cannot be had", async () => {
    const outcome = await open(file(20 * 1024 * 1024 + 1));
    expect(outcome).toEqual({
      kind: "gone",
      sentence: expect.stringContaining("Telegram gives bots files up to 20 MB"),
    });
  });

  it("gives name and size with the stream", async () => {
    const outcome = await open(file(0, Buffer.from("12345")));
    expect(outcome).toMatchObject({ kind: "opened", name: "file_1.bin", size: 5 });
    if (outcome?.kind === "opened") outcome.stream.resume();
  });

  it("tells a file that is gone from one that is only late", async () => {
    expect(await open("nonsense")).toMatchObject({ kind: "gone" });
    expect(await open(file(5))).toMatchObject({ kind: "gone" });
    const ref = file(0, Buffer.from("x"));
    at.emulator.fault({ method: "getFile", kind: "429", retryAfter: 4 });
    expect(await open(ref)).toMatchObject({ kind: "retry", afterMs: 4_000 });
    at.emulator.fault({ method: "file", kind: "500" });
    expect(await open(ref)).toMatchObject({ kind: "retry" });
    at.emulator.fault({ method: "file", kind: "drop-before" });
    expect(await open(ref)).toMatchObject({ kind: "retry" });
    at.emulator.bot().revoked = true;
    expect(await open(ref)).toMatchObject({ kind: "retry" });
    await at.emulator.goDown();
    expect(await open(ref)).toMatchObject({ kind: "retry" });
  });

  it("never names the token", async () => {
    const outcome = await open("nonsense");
    expect(JSON.stringify(outcome)).not.toContain(at.emulator.token);
  });
});

describe("many telegram bots", () => {
  it("cost little each", async () => {
    const adapter = createTelegramAdapter({ pacer: recordingPacer().pacer, apiUrl: at.emulator.url });
    const message = outgoing("5", { body: plainText("x"), attachments: [] });
    const accounts = Array.from({ length: 300 }, (_, n) => telegramAccount(`${1_000 + n}:AAAAAAAAAAAAAAAAAAAAAAAA`));
    const before = process.memoryUsage().heapUsed;
    for (const account of accounts) expect((await adapter.send(account, message, "k")).kind).toBe("account-down");
    // 40 kB each, the garbage of the calls themselves included.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * 40_000 + 40_000_000);
  });
});
