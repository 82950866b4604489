import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelEvent, MessageReceived } from "../../../src/channels/contract/events.ts";
import { UNREADABLE } from "../../../src/channels/telegram/inbound-content.ts";
import { readUpdate, receive } from "../../../src/channels/telegram/receive.ts";
import { telegramAccount, webhookRequest } from "./harness.ts";

type Fixtures = Readonly<Record<string, Record<string, unknown>>>;
const load = (name: string): Fixtures =>
  JSON.parse(readFileSync(new URL(`../../fixtures/telegram/${name}`, import.meta.url), "utf8")) as Fixtures;
const updates = load("updates.json");
const ignored = load("ignored.json");
const account = telegramAccount("123456:AAAAAAAAAAAAAAAAAAAAAAAA");

function events(name: string): readonly ChannelEvent[] {
  const received = receive(webhookRequest(updates[name]), account);
  if (received.kind !== "accepted") throw new Error(`${name}: ${received.kind}`);
  return received.events;
}

function message(name: string): MessageReceived {
  const [event, ...more] = events(name);
  if (event?.kind !== "message" || more.length > 0) throw new Error(`${name}: no single message`);
  return event;
}

const text = (name: string): string => message(name).content.body.text;

describe("telegram updates", () => {
  it("read a text with who, where and when", () => {
    expect(message("text")).toEqual({
      kind: "message",
      key: "m:5000000001:41",
      chatId: "5000000001",
      at: new Date(1_760_000_000_000),
      externalId: "41",
      customer: {
        externalId: "5000000001",
        name: "Anna",
        lastName: "Weber",
        username: "anna_weber",
        url: "https://t.me/anna_weber",
        language: "de",
      },
      content: { body: { text: "Hello, is the blue one still available?", spans: [] }, attachments: [] },
    });
  });

  it("tell that the bot was opened, and by which link", () => {
    expect(message("start").content).toMatchObject({ notice: "other", site: { start: "promo_42" } });
    expect(message("start-plain").content.site).toBeUndefined();
    expect(text("start")).toBe("The customer opened the bot by the link “promo_42”.");
    expect(text("start-plain")).toBe("The customer opened the bot.");
  });

  it("turn entities into spans and leave addresses and mentions as text", () => {
    const { body } = message("formatted").content;
    expect(body.spans.map((span) => [span.kind, body.text.slice(span.start, span.end), span.url])).toEqual([
      ["bold", "Bold", undefined],
      ["italic", "italic", undefined],
      ["underline", "under", undefined],
      ["strike", "strike", undefined],
      ["code", "code", undefined],
      ["pre", "pre", undefined],
      ["quote", "quote", undefined],
      ["link", "link", "https://example.com/link"],
    ]);
  });

  it("take the largest size of a photo, with its caption and the caption's formatting", () => {
    const { body, attachments } = message("photo").content;
    expect(body).toEqual({ text: "Look 👀 here", spans: [{ kind: "bold", start: 8, end: 12 }] });
    expect(attachments).toEqual([
      {
        kind: "photo",
        source: { by: "channel", ref: "large" },
        mime: "image/jpeg",
        size: 152_000,
        width: 1_280,
        height: 960,
      },
    ]);
  });

  it("know every kind of file", () => {
    const kinds = ["video", "animation", "voice", "audio", "document", "sticker", "video-note"].map((name) => {
      const [file, ...more] = message(name).content.attachments;
      expect(more).toEqual([]);
      return [name, file?.kind, file?.mime, file?.name, file?.duration];
    });
    expect(kinds).toEqual([
      ["video", "video", "video/mp4", "clip.mp4", 12],
      ["animation", "animation", "video/mp4", "wave.mp4", 3],
      ["voice", "voice", "audio/ogg", undefined, 7],
      ["audio", "audio", "audio/mpeg", "song.mp3", 215],
      ["document", "file", "application/pdf", "Договор 2026.pdf", undefined],
      ["sticker", "sticker", "image/webp", undefined, undefined],
      ["video-note", "video", "video/mp4", undefined, 5],
    ]);
    expect(text("sticker")).toBe("👍");
  });

  it("make one readable line of what has neither text nor file", () => {
    expect(text("poll")).toBe("📊 Poll: Which colour?\n• Red\n• Blue");
    expect(text("dice")).toBe("🎲 5");
    expect(text("unknown-content")).toBe(UNREADABLE);
  });

  it("read places and cards as what they are", () => {
    expect(message("location").content).toMatchObject({
      body: { text: "" },
      place: { latitude: 52.520008, longitude: 13.404954 },
    });
    expect(message("venue").content.place).toEqual({
      latitude: 52.52,
      longitude: 13.4,
      title: "Café Mitte",
      address: "Hauptstr. 1",
    });
    expect(message("live-location").content).toMatchObject({
      body: { text: "📍 Live location" },
      place: { latitude: 52.5 },
    });
    expect(message("contact").content).toMatchObject({
      body: { text: "" },
      contacts: [{ name: "Max Muster", phones: ["+4915112345678"], emails: [] }],
    });
  });

  it("mark what somebody else wrote, with the name as far as Telegram tells it", () => {
    expect(message("forwarded-user").content.forwarded).toEqual({ from: "Max Muster" });
    expect(message("forwarded-hidden").content.forwarded).toEqual({ from: "Max" });
    expect(message("forwarded-channel").content.forwarded).toEqual({ from: "Shop news" });
    expect(message("text").content.forwarded).toBeUndefined();
  });

  it("tell what the messenger itself tells", () => {
    const told = (name: string) => [message(name).content.notice, text(name)];
    expect(told("joined")).toEqual(["joined", expect.stringMatching(/ joined the group[.]$/)]);
    expect(told("left")).toEqual(["left", "Anna Weber left the group."]);
    expect(told("blocked")).toEqual(["left", "The customer blocked the bot: answers do not reach them any more."]);
    expect(told("unblocked")[0]).toBe("joined");
    expect(message("blocked").key).not.toBe(message("unblocked").key);
  });

  it("follow a group that became a supergroup, told by either chat, and say so once under its new number", () => {
    const moved = { kind: "moved", chatId: "-5001", toChatId: "-1001234567890", idsEnd: true };
    const [first, notice, ...more] = events("migrated");
    expect(first).toMatchObject(moved);
    expect(notice).toMatchObject({
      kind: "message",
      chatId: "-1001234567890",
      group: true,
      customer: { externalId: "-1001234567890", name: "Wholesale" },
      content: { notice: "moved" },
    });
    expect(more).toEqual([]);
    expect(events("migrated-from")).toMatchObject([moved]);
  });

  it("read reactions with who, on what and which, also when they are taken off", () => {
    expect(events("reaction")).toMatchObject([
      { kind: "reaction", chatId: "5000000001", externalId: "40", emoji: "👍", customer: { externalId: "5000000001" } },
    ]);
    expect(events("reaction-off")).toMatchObject([{ kind: "reaction", externalId: "40", emoji: "" }]);
    expect(events("reaction-custom")).toMatchObject([{ kind: "reaction", emoji: "✨" }]);
    expect(events("reaction-group")).toMatchObject([{ chatId: "-1001234567890", customer: { name: "Anna" } }]);
    const keys = ["reaction", "reaction-off", "reaction-custom"].map((name) => events(name)[0]?.key);
    expect(new Set(keys).size).toBe(3);
  });

  it("keep a business account's chats apart from the bot's own, and know its owner's hand", () => {
    const chatId = "b:hQ8x_vLAAEyBwAAs-fd1234:5000000001";
    expect(message("business")).toMatchObject({ chatId, key: `m:${chatId}:501`, customer: { name: "Anna" } });
    expect(message("business").fromDevice).toBeUndefined();
    expect(message("business-owner")).toMatchObject({
      chatId,
      fromDevice: true,
      customer: { externalId: "5000000001", name: "Anna", username: "anna_weber" },
    });
    expect(events("business-edited")).toMatchObject([{ kind: "edit", chatId, externalId: "501" }]);
    expect(events("business-deleted")).toMatchObject([
      { kind: "delete", chatId, externalId: "501" },
      { kind: "delete", chatId, externalId: "502" },
    ]);
  });

  it("carry what a message answers", () => {
    expect(message("reply").content.quote).toEqual({
      externalId: "39",
      author: "Support",
      text: "The blue one or the red one?",
    });
    expect(message("reply-quote").content.quote).toEqual({ externalId: "39", author: "Support", text: "the red one" });
    expect(message("reply-photo").content.quote).toEqual({ externalId: "38", author: "Anna Weber", text: "[photo]" });
  });

  it("keep the messages of an album together", () => {
    expect([message("album-1").album, message("album-2").album]).toEqual(["13500000000000001", "13500000000000001"]);
    expect(message("album-1").key).not.toBe(message("album-2").key);
  });

  it("give each edit a key of its own, the same for the same edit", () => {
    const [first] = events("edited");
    expect(first).toMatchObject({ kind: "edit", externalId: "41", at: new Date(1_760_000_060_000) });
    expect(first?.key).toMatch(/^e:5000000001:41:1760000060-[0-9a-f]{16}$/);
    expect(events("edited")[0]?.key).toBe(first?.key);
    const original = updates["edited"]?.["edited_message"] as Record<string, unknown>;
    const sameSecond = readUpdate({ edited_message: { ...original, text: "Hello again" } });
    expect(sameSecond[0]?.key).not.toBe(first?.key);
  });

  it("take a group as one conversation of its own, with who wrote beside it", () => {
    expect(message("group")).toMatchObject({
      chatId: "-1001234567890",
      key: "m:-1001234567890:41",
      group: true,
      customer: { externalId: "-1001234567890", name: "Wholesale" },
      content: { author: { externalId: "5000000001", name: "Anna" } },
    });
    expect(message("group-anonymous").content.author).toEqual({ externalId: "-1001234567890", name: "Wholesale" });
  });

  it("pass on only names that are names", () => {
    expect(message("no-real-name").customer).toEqual({ externalId: "5000000002", language: "en" });
    expect(message("bidi-name").customer).toEqual({ externalId: "5000000003", name: "annahoj" });
  });

  it("take a shared number for the writer's only when it is their own", () => {
    const contact = (user_id: number | undefined) => {
      const [event] = readUpdate({
        message: { ...(updates.contact?.message as object), contact: { phone_number: "4915112345678", user_id } },
      });
      return event?.kind === "message" ? event.customer.phone : "no message";
    };
    expect([contact(5_000_000_001), contact(77), contact(undefined)]).toEqual(["+4915112345678", undefined, undefined]);
  });

  it("make file names safe to show and to save", () => {
    expect(message("document-bidi-name").content.attachments[0]?.name).toBe("invoicegpj.exe");
    expect(message("document-path-name").content.attachments[0]?.name).toBe(".._.._etc_passwd");
  });

  it("replace what no database takes, one for one, so that offsets hold", () => {
    const { body } = message("lone-surrogates").content;
    expect(body.text).toBe("half \ufffd and \ufffd and \ufffd end");
    expect(body.spans).toEqual([{ kind: "bold", start: 5, end: 6 }]);
    expect(text("bidi-text")).toBe("Price: \u202e001\u202c EUR");
  });

  it("keep the message when its entities are wrong", () => {
    const { body } = message("bad-entities").content;
    expect(body).toEqual({
      text: "short",
      spans: [
        { kind: "italic", start: 0, end: 1 },
        { kind: "bold", start: 2, end: 5 },
      ],
    });
  });

  it("take a text of 100 kB", () => {
    const long = "Ж".repeat(50_000);
    const [event] = readUpdate({ update_id: 1, message: { ...(updates["text"]?.["message"] as object), text: long } });
    expect(event?.kind === "message" && event.content.body.text).toBe(long);
  });

  it.each(Object.keys(ignored))("accept %s without events", (name) => {
    expect(receive(webhookRequest(ignored[name]), account)).toEqual({ kind: "accepted", events: [] });
  });

  it("refuse what is not JSON or no update, and what is not posted", () => {
    for (const body of ["", "{", "[]", "null", '{"message":{}}', '{"update_id":"x"}']) {
      expect(receive(webhookRequest(Buffer.from(body)), account), body).toMatchObject({
        kind: "rejected",
        status: 400,
      });
    }
    expect(receive({ ...webhookRequest(updates["text"]), method: "GET" }, account)).toMatchObject({
      kind: "rejected",
      status: 400,
    });
  });

  it("refuse a wrong or missing secret with 401, whatever the body", () => {
    expect(receive(webhookRequest(updates["text"], "wrong"), account)).toMatchObject({ kind: "rejected", status: 401 });
    expect(receive({ ...webhookRequest(Buffer.from("{")), headers: {} }, account)).toMatchObject({
      kind: "rejected",
      status: 401,
    });
    const bare = { ...account, webhookSecret: "" };
    expect(receive(webhookRequest(updates["text"], ""), bare)).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("never throw and never give text that cannot be stored, whatever the JSON", () => {
    const base = updates["photo"]?.["message"] as Record<string, unknown>;
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(base), "text", "entities", "document", "venue", "edit_date"),
          fc.jsonValue(),
        ),
        (odd) => {
          for (const event of readUpdate({
            update_id: 1,
            message: { ...base, ...odd },
            edited_message: { ...base, ...odd },
          })) {
            expect(Number.isNaN(event.at.getTime())).toBe(false);
            if (event.kind === "message") expect(event.content.body.text).toBe(event.content.body.text.toWellFormed());
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
