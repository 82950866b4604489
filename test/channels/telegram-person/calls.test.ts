import { Long, type tl } from "@mtcute/core";
import { describe, expect, it } from "vitest";
import { encodeRef, refOfDocument } from "../../../src/channels/telegram-person/media-ref.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing } from "../../contract/channel-harness.ts";
import {
  addDocument,
  addGroup,
  addMessage,
  addPerson,
  addUpdate,
  personWrites,
  sentTo,
} from "../../emulators/telegram-person/telegram.ts";
import { CUSTOMER, openConnected, personAccount, settled, signedInTelegram, until } from "./harness.ts";
import { sampleFile } from "./samples.ts";

const text = (words: string) => ({ body: plainText(words), attachments: [] });
const refused = (words: string, code = 400) => ({ kind: "refused", code, text: words }) as const;

describe("looking somebody up", () => {
  it("finds by phone and by name, and tells who it is", async () => {
    const { session } = await openConnected();
    const found = { kind: "found", chatId: String(CUSTOMER), customer: { name: "Иван", username: "ivan_p" } };
    expect(await session.findPerson?.({ phone: "+49 151 00000042" })).toMatchObject(found);
    expect(await session.findPerson?.({ username: "https://t.me/Ivan_P" })).toMatchObject(found);
    await session.close();
  });

  it("finds who hides from searches by adding them for a moment, and leaves nothing behind", async () => {
    const telegram = signedInTelegram();
    addPerson(telegram, { id: 43, firstName: "Shy", phone: "4915100000043" }, "hidden");
    const { session, host } = await openConnected({ telegram });
    expect(await session.findPerson?.({ phone: "+4915100000043" })).toMatchObject({
      kind: "found",
      customer: { name: "Shy" },
    });
    expect(telegram.contacts.size).toBe(0);
    telegram.fault = { names: ["contacts.importContacts"], failure: { kind: "unknown" }, effect: true };
    expect(await session.findPerson?.({ phone: "+4915100000043" })).toMatchObject({ kind: "unknown" });
    expect(telegram.contacts.size).toBe(1);
    await session.close();
    const again = await openConnected({ telegram, host });
    await until(() => telegram.contacts.size === 0);
    expect([...host.values.keys()].filter((key) => key.startsWith("importing/"))).toEqual([]);
    await again.session.close();
  });

  it("tells nobody from could-not-check: a pause, an error, a used-up budget", async () => {
    const account = personAccount({ settings: { lookupsPerDay: 3 } });
    const { telegram, session } = await openConnected({ account });
    expect(await session.findPerson?.({ phone: "+4915199999999" })).toMatchObject({ kind: "nobody" });
    telegram.fault = { names: ["contacts.resolveUsername"], failure: refused("FLOOD_WAIT_7200", 420), effect: false };
    expect(await session.findPerson?.({ username: "@ivan_p" })).toMatchObject({
      kind: "unknown",
      sentence: expect.stringContaining("2 hours"),
    });
    telegram.fault = { names: ["contacts.resolvePhone"], failure: { kind: "unknown" }, effect: false };
    expect(await session.findPerson?.({ phone: "+4915100000042" })).toMatchObject({ kind: "unknown" });
    const calls = telegram.calls.length;
    expect(await session.findPerson?.({ phone: "+4915100000042" })).toMatchObject({
      kind: "unknown",
      sentence: expect.stringContaining("tomorrow"),
    });
    expect(telegram.calls).toHaveLength(calls);
    telegram.now += 24 * 3_600_000;
    expect(await session.findPerson?.({ phone: "+4915100000042" })).toMatchObject({ kind: "found" });
    await session.close();
  });
});

describe("writing first", () => {
  it("is counted a day, over restarts; answers are not", async () => {
    const account = personAccount({ settings: { coldPerDay: 2 } });
    const telegram = signedInTelegram();
    const { session, host } = await openConnected({ telegram, account });
    await session.findPerson?.({ username: "ivan_p" });
    const send = (on: typeof session, key: string) => on.send(outgoing(String(CUSTOMER), text(`Hello ${key}`)), key);
    expect(await send(session, "a")).toMatchObject({ kind: "sent" });
    expect(await send(session, "a")).toMatchObject({ kind: "sent" });
    await session.close();
    const again = await openConnected({ telegram, account, host });
    expect(await send(again.session, "b")).toMatchObject({ kind: "sent" });
    const calls = telegram.calls.length;
    expect(await send(again.session, "c")).toMatchObject({ kind: "refused", code: "cold-budget" });
    expect(telegram.calls).toHaveLength(calls);
    personWrites(telegram, CUSTOMER, { message: "Hello yourself" });
    await until(() => host.events.length === 1);
    expect(await send(again.session, "c")).toMatchObject({ kind: "sent" });
    await again.session.close();
  });

  it("stops for the day when Telegram says so, and the state tells it", async () => {
    const { telegram, host, session } = await openConnected();
    await session.findPerson?.({ username: "ivan_p" });
    telegram.fault = { names: [], failure: refused("PEER_FLOOD"), effect: false };
    expect(await session.send(outgoing(String(CUSTOMER), text("Hi")), "a")).toMatchObject({
      kind: "refused",
      code: "peer-flood",
    });
    expect(host.states.at(-1)).toMatchObject({
      kind: "connected",
      sentence: expect.stringContaining("first messages"),
    });
    const calls = telegram.calls.length;
    expect(await session.send(outgoing(String(CUSTOMER), text("Hi")), "b")).toMatchObject({
      kind: "refused",
      code: "peer-flood",
    });
    expect(telegram.calls).toHaveLength(calls);
    await session.close();
  });
});

describe("sending", () => {
  it("repeats only the parts that are missing, whatever came between", async () => {
    const { telegram, session } = await openConnected();
    const photos = [sampleFile("photo"), sampleFile("photo")];
    const [file] = [sampleFile("file")];
    const samples = [...photos, file];
    const attachments = [...photos.map((one) => attachment("photo", one)), attachment("file", file)];
    const message = outgoing(String(CUSTOMER), { body: plainText("Two photos and a file"), attachments }, samples);
    telegram.fault = { names: ["messages.sendMedia"], failure: refused("FLOOD_WAIT_3", 420), effect: false };
    expect(await session.send(message, "k")).toMatchObject({ kind: "retry", afterMs: 3_000 });
    expect(sentTo(telegram, CUSTOMER)).toHaveLength(2);
    const done = await session.send(message, "k");
    const sent = sentTo(telegram, CUSTOMER);
    expect(done).toEqual({ kind: "sent", externalIds: sent.map((one) => String(one.message.id)) });
    expect(sent.flatMap((one) => one.files.map((kept) => kept.bytes.length))).toEqual(
      samples.map((one) => one.bytes.length),
    );
    expect(telegram.calls.filter((call) => call._ === "messages.sendMultiMedia")).toHaveLength(1);
    expect(new Set(sent.slice(0, 2).map((one) => one.message.groupedId?.toString())).size).toBe(1);
    await session.close();
  });

  it("streams a large file in parts, whole", async () => {
    const { telegram, session } = await openConnected();
    const bytes = Buffer.alloc(11 * 1024 * 1024 + 5, "0123456789abcdef-");
    const sample = { bytes, name: "big.zip", mime: "application/zip" };
    const message = outgoing(String(CUSTOMER), { body: plainText(""), attachments: [attachment("file", sample)] }, [
      sample,
    ]);
    expect(await session.send(message, "k")).toMatchObject({ kind: "sent" });
    expect(sentTo(telegram, CUSTOMER)[0]?.files[0]?.bytes.equals(bytes)).toBe(true);
    const parts = telegram.calls.filter((call) => call._ === "upload.saveBigFilePart");
    expect(parts).toHaveLength(23);
    await session.close();
  });

  it("says what Telegram has against it", async () => {
    const { telegram, session } = await openConnected();
    const endings = [
      ["USER_PRIVACY_RESTRICTED", 403, "refused", "privacy"],
      ["INPUT_USER_DEACTIVATED", 400, "refused", "deleted"],
      ["CHAT_WRITE_FORBIDDEN", 403, "refused", "no-rights"],
      ["SOMETHING_NEW", 400, "refused", "telegram-400"],
      ["INTERNAL", 500, "uncertain", undefined],
      ["SLOWMODE_WAIT_30", 420, "retry", undefined],
    ] as const;
    for (const [words, status, kind, code] of endings) {
      telegram.fault = { names: [], failure: refused(words, status), effect: false };
      const outcome = await session.send(outgoing(String(CUSTOMER), text(words)), words);
      expect(outcome, words).toMatchObject({ kind, ...(code && { code }) });
    }
    expect(await session.send(outgoing("999", text("Hi")), "x")).toMatchObject({
      kind: "refused",
      code: "chat-not-found",
    });
    expect(await session.send(outgoing("no number", text("Hi")), "y")).toMatchObject({ kind: "refused" });
    await session.close();
  });

  it("edits the caption of a file, and the texts after it where there are some", async () => {
    const { telegram, session } = await openConnected();
    const sample = sampleFile("photo");
    const files = { attachments: [attachment("photo", sample)] };
    const short = await session.send(outgoing(String(CUSTOMER), { body: plainText("Fife"), ...files }, [sample]), "a");
    const long = await session.send(
      outgoing(String(CUSTOMER), { body: plainText("word ".repeat(300)), ...files }, [sample]),
      "b",
    );
    if (short.kind !== "sent" || long.kind !== "sent") throw new Error("not sent");
    const edit = (externalIds: readonly string[], words: string) =>
      session.edit?.({ chatId: String(CUSTOMER), externalIds, content: text(words) });
    expect(await edit(short.externalIds, "Five")).toMatchObject({ kind: "sent" });
    expect(await edit(short.externalIds, "x".repeat(1_025))).toMatchObject({ kind: "refused", code: "too-long" });
    expect(await edit(long.externalIds, "Shorter")).toMatchObject({ kind: "sent" });
    expect(sentTo(telegram, CUSTOMER).map((one) => one.message.message)).toEqual(["Five", "", "Shorter"]);
    await session.close();
  });
});

describe("news", () => {
  it("of others' bots, channels, Telegram's own notices and the account itself is not relayed", async () => {
    const telegram = signedInTelegram();
    addPerson(telegram, { id: 60, firstName: "Bot", bot: true });
    addPerson(telegram, { id: 777_000, firstName: "Telegram" });
    const broadcast = addGroup(telegram, 901, "News", true);
    telegram.groups.set(-1_000_000_000_901, { ...broadcast, broadcast: true } as tl.RawChannel);
    const { host, session } = await openConnected({ telegram });
    for (const id of [60, 777_000, 5_000_001]) personWrites(telegram, id, { message: "Login code: 12345" });
    addMessage(telegram, { peerId: { _: "peerChannel", channelId: 901 }, message: "News" });
    personWrites(telegram, CUSTOMER, { message: "Hello" });
    await until(() => host.events.length > 0);
    await settled();
    expect(host.events).toMatchObject([{ chatId: String(CUSTOMER) }]);
    await session.close();
  });

  it("of groups is left out where the account says so", async () => {
    const telegram = signedInTelegram();
    addGroup(telegram, 55, "Family");
    const account = personAccount({ settings: { groups: false } });
    const { host, session } = await openConnected({ telegram, account });
    const lost = addMessage(telegram, {
      peerId: { _: "peerChat", chatId: 55 },
      fromId: { _: "peerUser", userId: CUSTOMER },
      message: "Dinner",
    });
    addUpdate(telegram, { _: "updateDeleteMessages", messages: [lost.id], pts: 0, ptsCount: 1 });
    await settled();
    expect(host.events).toEqual([]);
    await session.close();
  });

  it("of a deletion finds its chat, also after a restart; of a reading it finds our messages once", async () => {
    const telegram = signedInTelegram();
    const first = await openConnected({ telegram });
    const written = personWrites(telegram, CUSTOMER, { message: "Oops" });
    await first.session.send(outgoing(String(CUSTOMER), text("Read me")), "k");
    await until(() => first.host.values.get("position")?.toString() === String(telegram.pts));
    await first.session.close();
    const { host, session } = await openConnected({ telegram, host: first.host });
    addUpdate(telegram, { _: "updateDeleteMessages", messages: [written.id, 424_242], pts: 0, ptsCount: 1 });
    const read = {
      _: "updateReadHistoryOutbox",
      peer: { _: "peerUser", userId: CUSTOMER },
      maxId: telegram.lastId,
      pts: 0,
      ptsCount: 1,
    } as const;
    addUpdate(telegram, read);
    addUpdate(telegram, read);
    await until(() => host.events.length >= 3);
    await settled();
    expect(host.events.slice(1)).toMatchObject([
      { kind: "delete", chatId: String(CUSTOMER), externalId: String(written.id) },
      { kind: "receipt", state: "read", externalIds: [String(telegram.lastId)] },
    ]);
    await session.close();
  });

  it("carries every kind of file with what is known of it", async () => {
    const telegram = signedInTelegram();
    const { host, session } = await openConnected({ telegram });
    const file = { bytes: Buffer.from("x"), name: "x" };
    const kinds: readonly (readonly [string, tl.TypeDocumentAttribute[]])[] = [
      ["voice", [{ _: "documentAttributeAudio", voice: true, duration: 4 }]],
      ["audio", [{ _: "documentAttributeAudio", duration: 9 }]],
      ["video", [{ _: "documentAttributeVideo", duration: 3.5, w: 640, h: 360 }]],
      ["animation", [{ _: "documentAttributeAnimated" }, { _: "documentAttributeVideo", duration: 1, w: 2, h: 2 }]],
      ["sticker", [{ _: "documentAttributeSticker", alt: "🙂", stickerset: { _: "inputStickerSetEmpty" } }]],
      ["file", [{ _: "documentAttributeFilename", fileName: "../a\u202egpj.exe" }]],
    ];
    for (const [, attributes] of kinds) {
      personWrites(telegram, CUSTOMER, {
        media: { _: "messageMediaDocument", document: addDocument(telegram, file, "a/b", attributes) },
      });
    }
    await until(() => host.events.length === kinds.length);
    const files = host.events.map((event) => (event.kind === "message" ? event.content.attachments[0] : undefined));
    expect(files.map((one) => one?.kind)).toEqual(kinds.map(([kind]) => kind));
    expect(files[0]).toMatchObject({ duration: 4 });
    expect(files[2]).toMatchObject({ duration: 3.5, width: 640, height: 360 });
    expect(files[5]?.name).toBe(".._agpj.exe");
    expect(host.events[4]).toMatchObject({ content: { body: { text: "🙂" } } });
    await session.close();
  });

  it("of hidden edits, of live places and of calls that were answered says nothing", async () => {
    const telegram = signedInTelegram();
    const { host, session } = await openConnected({ telegram });
    const message = personWrites(telegram, CUSTOMER, { message: "Hello" });
    const geo = { _: "geoPoint", lat: 1, long: 2, accessHash: Long.ZERO } as const;
    const live = { _: "messageMediaGeoLive", geo, period: 60 } as const;
    const edits = [
      { ...message },
      { ...message, editDate: 9, editHide: true },
      { ...message, editDate: 9, media: live },
    ];
    for (const one of edits) addUpdate(telegram, { _: "updateEditMessage", message: one, pts: 0, ptsCount: 1 });
    const peerId = { _: "peerUser", userId: CUSTOMER } as const;
    const action = { _: "messageActionPhoneCall", callId: Long.ONE, duration: 20 } as const;
    const call = { _: "messageService", id: 5, peerId, date: 1, action } as const;
    addUpdate(telegram, { _: "updateNewMessage", message: call, pts: 0, ptsCount: 1 });
    await settled();
    expect(host.events.map((event) => event.kind)).toEqual(["message"]);
    await session.close();
  });
});

describe("a file whose place ran out", () => {
  it("is asked for anew from its message, and is gone with it", async () => {
    const telegram = signedInTelegram();
    const { session } = await openConnected({ telegram });
    const bytes = Buffer.from("some bytes");
    const document = addDocument(telegram, { bytes, name: "a" }, "text/plain", []);
    const message = personWrites(telegram, CUSTOMER, { media: { _: "messageMediaDocument", document } });
    const place = { chatId: CUSTOMER, messageId: message.id };
    const stale = encodeRef({ ...refOfDocument(document, place), reference: new TextEncoder().encode("ref-0") });
    const opened = await session.openMedia?.(stale, AbortSignal.timeout(5_000));
    if (opened?.kind !== "opened") throw new Error("not opened");
    const chunks: Buffer[] = [];
    for await (const chunk of opened.stream) chunks.push(Buffer.from(chunk));
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    telegram.messages.delete(`:${message.id}`);
    expect(await session.openMedia?.(stale, AbortSignal.timeout(5_000))).toMatchObject({ kind: "gone" });
    await session.close();
  });
});
