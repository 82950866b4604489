import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MediaOutcome } from "../../../src/channels/contract/sending.ts";
import { bytesOf } from "../../contract/channel-checks.ts";
import { type Setup, setUp, WEBHOOK } from "./harness.ts";

let us: Setup;
const settings = { senderName: "Shop", welcome: "Hello!", askPhone: true, phoneButton: "Call me back" };
beforeEach(async () => {
  us = await setUp({ settings });
});
afterEach(() => us.close());

const place = { webhookUrl: WEBHOOK, https: true };

describe("connecting a Viber bot", () => {
  it("sets the webhook, which Viber proves by a signed callback, and learns who the bot is", async () => {
    us.emulator.bot.webhook = "";
    const { connection, profile } = await us.adapter.connect(us.account, place);
    expect(connection).toEqual({ kind: "connected", sentence: "The bot “Shop Support” receives messages." });
    expect(profile).toEqual({
      externalId: "pa:445da6az",
      title: "Shop Support",
      url: "viber://pa?chatURI=shopsupport",
    });
    expect(us.emulator.bot.webhook).toBe(WEBHOOK);
    expect(us.emulator.bot.attempts).toEqual([{ event: "webhook", status: 200, answer: '{"ok":true}' }]);
    expect(us.emulator.calls("set_webhook")[0]?.params).toEqual({
      url: WEBHOOK,
      event_types: ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"],
      send_name: true,
      send_photo: true,
    });
  });

  it("fails with advice when Viber cannot reach us, and needs https", async () => {
    const elsewhere = { webhookUrl: "https://127.0.0.1:1/channels/viber/x", https: true };
    const failed = await us.adapter.connect(us.account, elsewhere);
    expect(failed.connection).toMatchObject({ kind: "failed", sentence: expect.stringContaining("PUBLIC_URL") });
    const calls = us.emulator.calls("set_webhook").length;
    const plain = await us.adapter.connect(us.account, { webhookUrl: "http://app.example/x", https: false });
    expect(plain.connection).toMatchObject({ kind: "needs-action", sentence: expect.stringContaining("https") });
    expect(us.emulator.calls("set_webhook")).toHaveLength(calls);
  });

  it.each([
    [2, "bad-credentials"],
    [7, "failed"],
    [9, "failed"],
    [12, "transient-disconnect"],
    [77, "failed"],
  ])("tells status %s as %s", async (status, kind) => {
    us.emulator.fault({ kind: "error", status, message: "reason" });
    expect((await us.adapter.connect(us.account, place)).connection.kind).toBe(kind);
  });

  it("says that Viber cannot be reached", async () => {
    await us.emulator.goDown();
    const { connection, profile } = await us.adapter.connect({ ...us.account, profile: { title: "Old" } }, place);
    expect(connection.kind).toBe("transient-disconnect");
    expect(profile).toEqual({ title: "Old" });
    await expect(us.adapter.disconnect(us.account)).resolves.toBeUndefined();
  });

  it("takes the webhook away again", async () => {
    await us.adapter.connect(us.account, place);
    await us.adapter.disconnect(us.account);
    expect(us.emulator.bot.webhook).toBe("");
  });
});

describe("a conversation as Viber leads it", () => {
  it("greets who opens the bot, hears their number, answers, and is told that it was read", async () => {
    const person = us.emulator.addPerson({ subscribed: false });
    const welcome = await us.emulator.bot.open(person.id, "campaign-7");
    expect(welcome?.body).toMatchObject({ type: "text", text: "Hello!", sender: { name: "Shop" } });
    expect(welcome?.body["keyboard"]).toMatchObject({ Buttons: [{ ActionType: "share-phone", Text: "Call me back" }] });
    const contact = { name: person.name, phone_number: "4915112345678" };
    await us.emulator.bot.write(person.id, {
      type: "contact",
      contact,
      tracking_data: welcome?.body["tracking_data"],
    });
    expect(us.events).toMatchObject([{ kind: "message", customer: { name: "Anna Weber", phone: "+4915112345678" } }]);
    const sent = await us.adapter.send(
      us.account,
      {
        chatId: person.id,
        content: { body: { text: "Thanks!", spans: [] }, attachments: [] },
        openFile: () => Promise.reject(new Error("none")),
      },
      "key",
    );
    if (sent.kind !== "sent") throw new Error("not sent");
    const [token = ""] = sent.externalIds;
    await us.emulator.bot.receipt("delivered", token);
    await us.emulator.bot.receipt("seen", token);
    expect(us.events.slice(1)).toMatchObject([
      { kind: "receipt", state: "delivered", externalIds: [token] },
      { kind: "receipt", state: "read", externalIds: [token] },
    ]);
    expect(us.emulator.bot.attempts.every((one) => one.status === 200)).toBe(true);
  });

  it("greets nobody who is subscribed, and nobody when there is nothing to say", async () => {
    expect(await us.emulator.bot.open(us.person.id)).toBeUndefined();
    await us.close();
    us = await setUp();
    const stranger = us.emulator.addPerson({ subscribed: false });
    expect(await us.emulator.bot.open(stranger.id)).toBeUndefined();
    expect(us.events).toEqual([]);
  });
});

describe("files of customers", () => {
  const open = (ref: string): Promise<MediaOutcome | undefined> =>
    us.adapter.openMedia?.(us.account, ref, AbortSignal.timeout(5_000)) ?? Promise.resolve(undefined);

  it("are opened with name and size", async () => {
    const bytes = Buffer.from("scan");
    const opened = await open(us.emulator.host(bytes, "Скан 1.pdf"));
    expect(opened).toMatchObject({ kind: "opened", name: "Скан 1.pdf", size: 4 });
    expect((await bytesOf(opened)).equals(bytes)).toBe(true);
  });

  it.each([
    "http://127.0.0.1:1/secret",
    "http://169.254.169.254/latest/meta-data/",
    "https://dl-media.viber.com.evil.example/x",
    "https://evilviber.com/x",
    "http://dl-media.viber.com/x",
    "https://user:pass@dl-media.viber.com/x",
    "https://dl-media.viber.com:8443/x",
    "file:///etc/passwd",
    "/etc/passwd",
    "",
  ])("are not opened at a place that is not Viber's: %s", async (ref) => {
    const outcome = await open(ref);
    expect(outcome?.kind).toBe("gone");
  });

  it("are not followed to such a place", async () => {
    const ref = us.emulator.host(Buffer.from("x"), "a.jpg");
    us.emulator.fault({ method: "media", kind: "redirect", message: "http://169.254.169.254/latest" });
    expect((await open(ref))?.kind).toBe("gone");
    us.emulator.fault({ method: "media", kind: "redirect", message: ref });
    expect((await open(ref))?.kind).toBe("opened");
    us.emulator.fault({ method: "media", kind: "redirect", message: ref, times: 10 });
    expect((await open(ref))?.kind).toBe("gone");
  });

  it("are asked for again when Viber is in trouble, and given up when it has them no more", async () => {
    const ref = us.emulator.host(Buffer.from("x"), "a.jpg");
    us.emulator.fault({ method: "media", kind: "502-html" });
    expect((await open(ref))?.kind).toBe("retry");
    us.emulator.fault({ method: "media", kind: "drop-before" });
    expect((await open(ref))?.kind).toBe("retry");
    expect((await open(ref.replace("/files/1/", "/files/99/")))?.kind).toBe("gone");
  });
});
