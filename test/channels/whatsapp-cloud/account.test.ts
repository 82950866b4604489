import { afterEach, describe, expect, it, vi } from "vitest";
import { createGraphApi, mayHaveToken } from "../../../src/channels/whatsapp-cloud/api.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { bytesOf } from "../../contract/channel-checks.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { tellFailed, tellStatus } from "../../emulators/whatsapp-cloud/messages.ts";
import { personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import { type Setup, type SetupOptions, setUp, WEBHOOK_SECRET, WEBHOOK_URL } from "./harness.ts";

let at: Setup;
const start = async (options: SetupOptions = {}): Promise<Setup> => {
  at = await setUp(options);
  return at;
};
afterEach(() => at.close());

const place = { webhookUrl: WEBHOOK_URL, https: true };
const connect = (where = place) => at.adapter.connect(at.account, where);
const signal = () => AbortSignal.timeout(5_000);

describe("connecting a number", () => {
  it("points it here, after Meta has verified the address, and tells who it is", async () => {
    await start();
    const { connection, profile } = await connect();
    expect(connection.kind).toBe("connected");
    expect(connection.sentence).toContain(`callback URL ${WEBHOOK_URL}, verify token ${WEBHOOK_SECRET}`);
    expect(profile).toEqual({
      externalId: "106540352242922",
      title: "Lucky Shrub",
      url: "https://wa.me/15550783881",
    });
    expect(at.business).toMatchObject({ override: WEBHOOK_URL, subscribed: true });
  });

  it("brings webhooks, signed, to this account: a conversation both ways", async () => {
    await start();
    await connect();
    personWrites(at.business, at.chatId, { text: "Are you open?" });
    await vi.waitFor(() => expect(at.events).toHaveLength(1));
    const message = { body: plainText("Until six."), attachments: [] };
    const outcome = await at.adapter.send(at.account, outgoing(at.chatId, message), "key-1");
    const [sent] = at.business.sent;
    if (!sent) throw new Error("nothing was sent");
    expect(outcome).toEqual({ kind: "sent", externalIds: [sent.id] });
    tellStatus(at.business, sent, "read");
    tellFailed(at.business, sent, 131026, "Message Undeliverable.");
    // Each status proves by our key what it is about; the first one tells nothing beside that.
    await vi.waitFor(() => expect(at.events).toHaveLength(8));
    expect(at.events.filter((event) => event.kind !== "proof")).toMatchObject([
      { kind: "message", content: { body: { text: "Are you open?" } } },
      { kind: "receipt", state: "delivered", externalIds: [sent.id] },
      { kind: "receipt", state: "read", externalIds: [sent.id] },
      { kind: "failure", externalIds: [sent.id] },
    ]);
  });

  it("tells by a failure that the window is closed or that nobody is there", async () => {
    await start();
    await connect();
    const stranger = at.emulator.addPerson({ waId: "4915188888888" });
    for (const chatId of [stranger.waId, "4915100000000"]) {
      const message = { body: plainText("Hello?"), attachments: [] };
      expect(await at.adapter.send(at.account, outgoing(chatId, message), "key-1")).toMatchObject({ kind: "sent" });
    }
    await vi.waitFor(() => expect(at.events).toHaveLength(4));
    expect(at.events.filter((event) => event.kind !== "proof")).toMatchObject([
      { kind: "failure", sentence: expect.stringContaining("24 hours") },
      { kind: "failure", sentence: expect.stringContaining("no WhatsApp") },
    ]);
  });

  it("asks for a hand where Meta does not take the address, with what to enter", async () => {
    await start();
    at.emulator.webhookOrigins.clear();
    at.emulator.webhookOrigins.set("https://app.example", "http://127.0.0.1:1");
    const { connection } = await connect();
    expect(connection.kind).toBe("needs-action");
    expect(connection.sentence).toContain(WEBHOOK_URL);
    expect(connection.sentence).toContain(WEBHOOK_SECRET);
  });

  it("does not pretend to work without https", async () => {
    await start();
    const { connection } = await connect({ webhookUrl: "http://localhost:8080/x", https: false });
    expect(connection).toMatchObject({ kind: "needs-action", sentence: expect.stringContaining("https") });
    expect(at.business.override).toBeUndefined();
  });

  it("takes its own address away and leaves the app's subscription to other numbers", async () => {
    await start();
    await connect();
    await at.adapter.disconnect(at.account);
    expect(at.business).toMatchObject({ override: undefined, subscribed: true });
  });

  it("warns of a bad rating", async () => {
    await start();
    at.business.quality = "RED";
    expect((await connect()).connection.sentence).toContain("rated red");
  });

  it.each([
    [{ phoneNumberId: "999999999" }, "failed", "phone number ID"],
    [{ businessAccountId: "999999999" }, "failed", "Business Account ID"],
    [{ accessToken: "EAAwrongwrongwrongwrong" }, "bad-credentials", "access token"],
  ] as const)("says what is wrong with %j", async (credentials, kind, words) => {
    await start();
    const account = { ...at.account, credentials: { ...at.account.credentials, ...credentials } };
    const { connection } = await at.adapter.connect(account, place);
    expect(connection.kind).toBe(kind);
    expect(connection.sentence).toContain(words);
  });

  it.each([
    { kind: "drop-before", operation: "number" },
    { kind: "502-html", operation: "subscribe" },
    { kind: "error", code: 4, status: 429, operation: "configure" },
    { kind: "error", code: 2, status: 503, operation: "number" },
  ] as const)("tries again after weather: %j", async (fault) => {
    await start();
    at.emulator.fault(fault);
    expect((await connect()).connection.kind).toBe("transient-disconnect");
    expect((await connect()).connection.kind).toBe("connected");
  });
});

describe("files that customers send", () => {
  const wrote = () => {
    personWrites(at.business, at.chatId, { image: { bytes: Buffer.from("picture"), mime: "image/jpeg" } });
    return [...at.business.media.keys()].at(-1) ?? "";
  };
  const open = (ref: string) => at.adapter.openMedia?.(at.account, ref, signal());

  it("are opened by their id, with their size", async () => {
    await start();
    const opened = await open(wrote());
    expect(opened).toMatchObject({ kind: "opened", size: 7 });
    expect((await bytesOf(opened)).toString()).toBe("picture");
  });

  it("are asked for again when their address has run out on the way", async () => {
    let now = Date.now();
    await start({ now: () => now });
    const ref = wrote();
    const api = createGraphApi({ apiUrl: at.emulator.url, fetchTimeoutMs: 1_000 });
    await bytesOf(await open(ref));
    const [key] = [...at.business.addresses.keys()];
    const url = `${at.emulator.url}/whatsapp_business/attachments/${key}`;
    expect((await api.download(at.account, url, signal())).ok).toBe(true);
    now += 5 * 60_000 + 1;
    expect(await api.download(at.account, url, signal())).toMatchObject({ ok: false, failure: { status: 404 } });
    expect(await open(ref)).toMatchObject({ kind: "opened" });
  });

  it.each([
    [{ kind: "drop-before", operation: "number" }, "retry"],
    [{ kind: "error", code: 80007, status: 429, operation: "number" }, "retry"],
    [{ kind: "error", code: 131000, status: 500, operation: "number" }, "retry"],
    [{ kind: "error", code: 190, status: 401, operation: "number" }, "retry"],
    [{ kind: "error", code: 131052, status: 400, operation: "number" }, "gone"],
    [{ kind: "drop-before", operation: "download" }, "retry"],
    [{ kind: "error", status: 404, operation: "download" }, "retry"],
    [{ kind: "error", status: 500, operation: "download" }, "retry"],
  ] as const)("%j: %s", async (fault, kind) => {
    await start();
    const ref = wrote();
    at.emulator.fault(fault);
    expect(await open(ref)).toMatchObject({ kind });
  });

  it.each(["999999", "../me", "1/subscribed_apps", ""])("that there are not are gone: %j", async (ref) => {
    await start();
    expect(await open(ref)).toMatchObject({ kind: "gone" });
  });
});

describe("the access token", () => {
  it.each([
    ["https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", true],
    ["https://graph.facebook.com/x", true],
    ["http://lookaside.fbsbx.com/x", false],
    ["https://fbsbx.com.evil.example/x", false],
    ["https://evilfbsbx.com/x", false],
    ["https://user@lookaside.fbsbx.com/x", false],
    ["https://169.254.169.254/latest/meta-data", false],
    ["http://127.0.0.1:5432/", false],
    ["file:///etc/passwd", false],
    ["no address", false],
  ])("goes to Meta only: %s %s", async (url, may) => {
    await start();
    expect(mayHaveToken(url, "https://graph.facebook.com")).toBe(may);
  });

  it("is not handed to an address that an answer names elsewhere", async () => {
    await start();
    const api = createGraphApi({ apiUrl: at.emulator.url, fetchTimeoutMs: 1_000 });
    const elsewhere = "https://files.evil.example/steal";
    expect(await api.download(at.account, elsewhere, signal())).toMatchObject({
      ok: false,
      failure: { kind: "refused", details: "the address is not one of Meta's" },
    });
  });
});

describe("templates and people", () => {
  it("lists approved templates whose gaps can be filled here", async () => {
    await start();
    expect(await at.adapter.templates?.(at.account)).toEqual({
      kind: "listed",
      templates: [
        { name: "order_ready", language: "en_US", body: "Hello {{1}}, your order {{2}} is ready.", gaps: 2 },
        { name: "appointment", language: "de", body: "Hallo {{1}}, bis {{2}}!", gaps: 2 },
        { name: "catalogue", language: "en_US", body: "Our new catalogue is here.", gaps: 0, needs: "photo" },
        {
          name: "tracking",
          language: "en_US",
          body: "Your parcel is on its way.\n[Track: https://example.com/track/{{1}}]",
          gaps: 1,
        },
        {
          name: "sale",
          language: "en_US",
          body: "Our {{1}} is on!\nDear {{2}}, use the code until {{3}}.\n[Shop: https://example.com/{{4}}]\n[Copy code: {{5}}]",
          gaps: 5,
        },
        { name: "contract", language: "en_US", body: "Your contract, {{1}}.", gaps: 1, needs: "file" },
      ],
    });
  });

  it("reads all pages of the list, once a minute", async () => {
    await start();
    at.business.templates = Array.from({ length: 250 }, (_, n) => ({
      name: `t${n}`,
      language: "en",
      status: "APPROVED" as const,
      components: [{ type: "BODY", text: "Hi" }],
    }));
    const listed = await at.adapter.templates?.(at.account);
    expect(listed?.kind === "listed" && listed.templates).toHaveLength(250);
    await at.adapter.templates?.(at.account);
    expect(at.emulator.calls("templates")).toHaveLength(3);
  });

  it("says in words when the list cannot be had", async () => {
    await start();
    at.emulator.fault({ kind: "502-html" });
    expect(await at.adapter.templates?.(at.account)).toMatchObject({ kind: "unavailable" });
    at.business.revoked = true;
    expect(await at.adapter.templates?.(at.account)).toMatchObject({
      kind: "unavailable",
      sentence: expect.stringContaining("access token"),
    });
  });

  it("takes full phone numbers as people, and nothing else", async () => {
    await start();
    const find = (wanted: { phone?: string; username?: string }) => at.adapter.findPerson?.(at.account, wanted);
    expect(await find({ phone: "+49 151 123-456" })).toMatchObject({ kind: "found", chatId: "49151123456" });
    expect(await find({ phone: "0151 1234" })).toMatchObject({ kind: "nobody" });
    expect(await find({ username: "anna" })).toMatchObject({ kind: "unknown" });
  });
});
