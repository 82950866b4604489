import { Long, type tl } from "@mtcute/core";
import { describe, expect, it } from "vitest";
import { createTelegramPersonAdapter } from "../../../src/channels/telegram-person/adapter.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import {
  addMessage,
  comeBack,
  createPersonTelegram,
  endSession,
  goDown,
  personWrites,
  SELF,
  scan,
  sentTo,
} from "../../emulators/telegram-person/telegram.ts";
import {
  CUSTOMER,
  createHost,
  open,
  openConnected,
  personAccount,
  settled,
  signedInTelegram,
  until,
} from "./harness.ts";

const text = (words: string) => ({ body: plainText(words), attachments: [] });

describe("signing in", () => {
  it("needs the server's application, and says whose business that is", async () => {
    const adapter = createTelegramPersonAdapter({});
    const host = createHost();
    const session = adapter.sessions?.open(personAccount(), host);
    await session?.closed;
    expect(host.states).toEqual([{ kind: "failed", sentence: expect.stringContaining("TELEGRAM_API_ID") }]);
    expect(await session?.send(outgoing("42", text("Hi")), "k")).toMatchObject({ kind: "account-down" });
    expect(await adapter.connect(personAccount(), { webhookUrl: "", https: true })).toMatchObject({
      connection: { kind: "failed" },
    });
  });

  it("by QR code, which is renewed until somebody scans it", async () => {
    const { telegram, host, session } = open({ telegram: createPersonTelegram() });
    await until(() => host.prompts.length >= 2);
    const [first, second] = host.prompts;
    if (first?.kind !== "qr" || second?.kind !== "qr") throw new Error("no QR code");
    expect(first.data).toBe(`tg://login?token=${Buffer.from("token-1").toString("base64url")}`);
    expect(second.data).not.toBe(first.data);
    expect(first.until).toBeInstanceOf(Date);
    scan(telegram);
    await until(() => host.states.at(-1)?.kind === "connected");
    expect(host.profiles).toEqual([
      { externalId: String(SELF), title: "Olga Support", url: "https://t.me/olga_support" },
    ]);
    expect(host.values.has("key/self")).toBe(true);
    await session.close();
  });

  it("by QR code gives up after a while, and says how to go on", async () => {
    const { telegram, host, session } = open({ telegram: createPersonTelegram() });
    await session.closed;
    expect(host.states.at(-1)).toMatchObject({ kind: "needs-action", sentence: expect.stringContaining("Reconnect") });
    expect(telegram.login.tokens).toBe(20);
  });

  it("by phone, code and second password, each wrong once", async () => {
    const telegram = createPersonTelegram();
    telegram.login.password = "Tulips2026";
    const account = personAccount({ credentials: { phone: "+49 151 00000001" } });
    const { host, session } = open({ telegram, account, held: true });
    await until(() => host.prompts.length === 1);
    expect(host.prompts[0]).toMatchObject({ kind: "code", hint: expect.stringContaining("app") });
    expect(await session.answer?.("00000")).toMatch(/not the code/);
    expect(await session.answer?.(" 123 45 ")).toBeUndefined();
    expect(host.prompts[1]).toEqual({ kind: "password", label: "Second password", hint: "the usual one" });
    expect(await session.answer?.("tulips")).toMatch(/second password/);
    telegram.fault = {
      names: ["auth.checkPassword"],
      failure: { kind: "refused", code: 420, text: "FLOOD_WAIT_120" },
      effect: false,
    };
    expect(await session.answer?.("Tulips2026")).toMatch(/2 minutes/);
    expect(await session.answer?.("Tulips2026")).toBeUndefined();
    await until(() => host.states.at(-1)?.kind === "connected");
    expect(JSON.stringify([...host.values].map(([key, value]) => [key, value.toString()]))).not.toContain("Tulips");
    expect(await session.answer?.("again")).toMatch(/Nothing is asked/);
    await session.close();
  });

  it("tells what Telegram has against a number, and closes", async () => {
    const account = personAccount({ credentials: { phone: "4915199999999" } });
    const { host, session } = open({ telegram: createPersonTelegram(), account });
    await session.closed;
    expect(host.states.at(-1)).toMatchObject({
      kind: "bad-credentials",
      sentence: expect.stringContaining("country code"),
    });
  });

  it("goes on when Telegram can be reached again", async () => {
    const telegram = createPersonTelegram();
    telegram.down = true;
    const { host, session } = open({ telegram });
    await until(() => host.states.at(-1)?.kind === "transient-disconnect");
    telegram.down = false;
    await until(() => host.prompts.length > 0);
    expect(host.states.at(-1)).toMatchObject({ kind: "needs-action", sentence: expect.stringContaining("Scan") });
    await session.close();
  });
});

describe("a standing session", () => {
  it("tells each message once, also those missed while it was closed or away", async () => {
    const telegram = signedInTelegram();
    const first = await openConnected({ telegram });
    personWrites(telegram, CUSTOMER, { message: "one" });
    await until(() => first.host.events.length === 1);
    goDown(telegram);
    personWrites(telegram, CUSTOMER, { message: "two" });
    comeBack(telegram);
    await until(() => first.host.events.length === 2);
    await first.session.close();
    personWrites(telegram, CUSTOMER, { message: "three" });
    const again = await openConnected({ telegram, host: createHost(first.host.values, first.host.events) });
    await until(() => again.host.events.length === 3);
    await settled();
    expect(again.host.events.map((event) => event.kind === "message" && event.content.body.text)).toEqual([
      "one",
      "two",
      "three",
    ]);
    await again.session.close();
  });

  it("keeps no position before the events up to it are stored", async () => {
    const telegram = signedInTelegram();
    const { host, session } = await openConnected({ telegram });
    await until(() => host.values.has("position"));
    const position = host.values.get("position")?.toString();
    host.broken = true;
    personWrites(telegram, CUSTOMER, { message: "the store is away" });
    await settled();
    expect(host.values.get("position")?.toString()).toBe(position);
    const crashed = new Map(host.values);
    host.broken = false;
    await until(() => host.events.length === 1);
    await until(() => host.values.get("position")?.toString() === String(telegram.pts));
    await session.close();

    const again = await openConnected({ telegram, host: createHost(crashed) });
    await until(() => again.host.events.length === 1);
    expect(again.host.events[0]).toEqual(host.events[0]);
    await again.session.close();
  });

  it("notices with the next call that it was ended on another device, and says so once", async () => {
    const { telegram, host, session } = await openConnected();
    endSession(telegram);
    await session.closed;
    expect(host.states.filter((state) => state.kind === "logged-out")).toHaveLength(1);
    expect(host.values.has("key/self")).toBe(false);
    expect(await session.send(outgoing(String(CUSTOMER), text("Hi")), "k")).toMatchObject({ kind: "account-down" });
  });

  it("finds out at its start that it was ended meanwhile", async () => {
    const telegram = signedInTelegram();
    telegram.ended = true;
    const host = createHost(new Map([["key/self", Buffer.from(String(SELF))]]));
    const { session } = open({ telegram, host });
    await session.closed;
    expect(host.states.at(-1)?.kind).toBe("logged-out");
  });

  it("logs out at Telegram when asked to, and not when it is only closed", async () => {
    const first = await openConnected();
    await first.session.close();
    await first.session.close();
    expect(first.telegram.login.signedIn).toBe(true);
    const second = await openConnected({ telegram: first.telegram, host: createHost(first.host.values) });
    await second.session.logout();
    expect(first.telegram.login.signedIn).toBe(false);
    expect(second.host.values.has("key/self")).toBe(false);
    await second.session.closed;
  });

  it("answers while it is not connected, and never throws", async () => {
    const telegram = createPersonTelegram();
    const { session } = open({ telegram, held: true });
    const change = { chatId: "42", externalIds: ["1"], content: text("x") };
    expect(await session.send(outgoing("42", text("Hi")), "k")).toMatchObject({ kind: "retry" });
    expect(await session.openMedia?.("ref", AbortSignal.timeout(1_000))).toMatchObject({ kind: "retry" });
    expect(await session.findPerson?.({ phone: "+491" })).toMatchObject({ kind: "unknown" });
    expect(await session.remove?.(change)).toMatchObject({ kind: "retry" });
    await session.close();
  });
});

describe("what the person writes on their own phone", () => {
  const mine = (message: string, extra: Partial<tl.RawMessage> = {}) => ({
    peerId: { _: "peerUser", userId: CUSTOMER } as const,
    fromId: { _: "peerUser", userId: SELF } as const,
    out: true,
    message,
    ...extra,
  });

  it("comes as theirs, and what we sent does not", async () => {
    const { telegram, host, session } = await openConnected();
    await session.send(outgoing(String(CUSTOMER), text("From us")), "k1");
    addMessage(telegram, mine("From the phone"));
    await until(() => host.events.length === 1);
    await settled();
    expect(host.events).toMatchObject([
      {
        kind: "message",
        fromDevice: true,
        content: { body: { text: "From the phone" } },
        customer: { externalId: String(CUSTOMER), name: "Иван" },
      },
    ]);
    await session.close();
  });

  it("is told from a message of ours whose answer was lost, also after a crash", async () => {
    const { telegram, host, session } = await openConnected();
    telegram.fault = { names: [], failure: { kind: "unknown" }, effect: true };
    expect(await session.send(outgoing(String(CUSTOMER), text("Lost answer")), "k1")).toMatchObject({
      kind: "uncertain",
    });
    await session.close();
    const again = await openConnected({ telegram, host: createHost(host.values) });
    await until(() => again.host.values.get("position")?.toString() === String(telegram.pts));
    expect(again.host.events).toEqual([]);
    const [sent] = sentTo(telegram, CUSTOMER);
    const repeated = await again.session.send(outgoing(String(CUSTOMER), text("Lost answer")), "k1");
    expect(repeated).toEqual({ kind: "sent", externalIds: [String(sent?.message.id)] });
    expect(sentTo(telegram, CUSTOMER)).toHaveLength(1);
    await again.session.close();
  });

  it("repeats a lost message without doubling it, where Telegram alone remembers it", async () => {
    const { telegram, session } = await openConnected();
    telegram.fault = { names: [], failure: { kind: "unknown" }, effect: true };
    await session.send(outgoing(String(CUSTOMER), text("Lost")), "k1");
    const [sent] = sentTo(telegram, CUSTOMER);
    const again = await session.send(outgoing(String(CUSTOMER), text("Lost")), "k1");
    expect(again).toEqual({ kind: "sent", externalIds: [String(sent?.message.id)] });
    expect(telegram.calls.some((call) => call._ === "messages.getHistory")).toBe(true);
    expect(sentTo(telegram, CUSTOMER)).toHaveLength(1);
    await session.close();
  });

  it("keeps its albums together", async () => {
    const { telegram, host, session } = await openConnected();
    for (const words of ["a", "b"]) addMessage(telegram, mine(words, { groupedId: Long.fromNumber(5) }));
    await until(() => host.events.length === 2);
    expect(host.events.map((event) => event.kind === "message" && event.album)).toEqual(["5", "5"]);
    await session.close();
  });
});
