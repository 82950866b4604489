import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ChannelEvent, MessageReceived } from "../../../src/channels/contract/events.ts";
import type { ChannelRequest, Received } from "../../../src/channels/contract.ts";
import { UNREADABLE } from "../../../src/channels/viber/inbound.ts";
import { receive } from "../../../src/channels/viber/receive.ts";
import { viberAccount } from "./harness.ts";

const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
const JOHN = "01234567890A=";
const callbacks = readFileSync(new URL("../../fixtures/viber/callbacks.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");

function request(body: string | Buffer, given: Partial<ChannelRequest> = {}): ChannelRequest {
  const rawBody = Buffer.from(body);
  const signature = createHmac("sha256", TOKEN).update(rawBody).digest("hex");
  return { method: "POST", headers: { "x-viber-content-signature": signature }, rawBody, query: {}, ...given };
}

function judge(body: string | Buffer, settings: Readonly<Record<string, unknown>> = {}): Received {
  return receive(request(body), viberAccount(TOKEN, settings));
}

function eventsOf(received: Received): readonly ChannelEvent[] {
  if (received.kind !== "accepted") throw new Error(`not accepted: ${received.kind}`);
  return received.events;
}

/** The fixture that holds these words. */
const fixture = (words: string): string => callbacks.find((line) => line.includes(words)) ?? "";

function messageOf(words: string): MessageReceived {
  const [event] = eventsOf(judge(fixture(words)));
  if (event?.kind !== "message") throw new Error("no message");
  return event;
}

const message = (fields: object, sender: object = { id: JOHN, name: "John McClane" }): string =>
  JSON.stringify({ event: "message", timestamp: 1, message_token: 7, sender, message: fields });

describe("Viber's callbacks", () => {
  it("give messages with who wrote, when, and the token to its last digit", () => {
    expect(messageOf("a message to the service")).toEqual({
      kind: "message",
      key: "message:4912661846655238151",
      chatId: JOHN,
      at: new Date(1457764197627),
      customer: { externalId: JOHN, name: "John McClane", language: "en" },
      externalId: "4912661846655238151",
      content: { body: { text: "a message to the service", spans: [] }, attachments: [] },
    });
  });

  it("keep apart tokens that a double would make one", () => {
    const keys = callbacks.flatMap((line) => eventsOf(judge(line)).map((event) => event.key));
    expect(keys.length).toBeGreaterThan(10);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    ["f1.jpg", { kind: "photo", name: "f1.jpg", size: 18233 }, "look"],
    ["v.mp4", { kind: "video", name: "v.mp4", size: 1048576 }, ""],
    ["Contract.pdf", { kind: "file", name: "Contract.pdf", size: 22000 }, ""],
    ["sticker_id", { kind: "sticker", source: { by: "channel", ref: "https://stickers.viber.com/46105.png" } }, ""],
  ])("give files: %s", (words, attachment, text) => {
    expect(messageOf(words).content).toMatchObject({ body: { text }, attachments: [attachment] });
  });

  it.each([
    ["*Viber* and _more_, ~less~", "Viber and more, less", ["bold", "italic", "strike"]],
    ["```a *b*```", "a *b*", ["pre"]],
    // Nothing of these is a mark at Viber, and a mark in the middle of a word formats nothing.
    ["> `said` *Viber*bots * not", "> `said` *Viber*bots * not", []],
  ])("give the formatting that a customer wrote with marks: %s", (text, shown, kinds) => {
    const [event] = eventsOf(judge(message({ type: "text", text })));
    const body = event?.kind === "message" ? event.content.body : undefined;
    expect([body?.text, body?.spans.map((span) => span.kind)]).toEqual([shown, kinds]);
  });

  it("give a location as a place", () => {
    expect(messageOf('"location"').content.place).toEqual({ latitude: 50.76891, longitude: 6.11499 });
  });

  it("give somebody's contact without taking its number for the writer's", () => {
    const { content, customer } = messageOf('"Alex"');
    expect(content.contacts).toEqual([{ name: "Alex", phones: ["+972511123123"], emails: [] }]);
    expect(customer.phone).toBeUndefined();
  });

  it("give the writer's own number when they pressed our button", () => {
    const { content, customer } = messageOf("447700900123");
    expect(customer.phone).toBe("+447700900123");
    expect(content.contacts).toEqual([{ name: "John McClane", phones: ["+447700900123"], emails: [] }]);
  });

  it.each([
    ["another person's card in answer to the button", { name: "Alex", phone_number: "+972511123123" }],
    ["a number that is none", { name: "John McClane", phone_number: "call me" }],
    ["a number that cannot exist", { phone_number: "12" }],
  ])("do not make a phone of %s", (_case, contact) => {
    const body = message({ type: "contact", contact, tracking_data: "threadline:share-phone" });
    expect(eventsOf(judge(body))[0]).not.toHaveProperty("customer.phone");
  });

  it("give a link as text, and a kind of next year as a line that says so", () => {
    expect(messageOf("item/7").content.body.text).toBe("https://shop.example/item/7");
    expect(messageOf("hologram").content.body.text).toBe(UNREADABLE);
    expect(messageOf("hologram").content.attachments).toEqual([]);
  });

  it("give receipts and late failures by the token of our message", () => {
    expect(eventsOf(judge(fixture('"delivered"')))).toEqual([
      expect.objectContaining({
        kind: "receipt",
        state: "delivered",
        externalIds: ["4912661846655238148"],
        chatId: JOHN,
      }),
    ]);
    expect(eventsOf(judge(fixture('"seen"')))).toEqual([
      expect.objectContaining({ kind: "receipt", state: "read", externalIds: ["4912661846655238148"] }),
    ]);
    expect(eventsOf(judge(fixture('"failed"')))).toEqual([
      expect.objectContaining({
        kind: "failure",
        externalIds: ["4912661846655238149"],
        sentence: "Viber could not show the message to the customer (failure description). Send it in another form.",
      }),
    ]);
  });

  it("open no chat for who only subscribes, unless the account wants to be told", () => {
    expect(eventsOf(judge(fixture('"event":"subscribed"')))).toEqual([]);
    expect(eventsOf(judge(fixture('"unsubscribed"')))).toEqual([]);
    expect(eventsOf(judge(fixture('"event":"subscribed"'), { announce: true }))).toMatchObject([
      {
        kind: "message",
        chatId: JOHN,
        content: { notice: "joined", body: { text: "The customer subscribed to the bot." } },
      },
    ]);
    expect(eventsOf(judge(fixture('"unsubscribed"'), { announce: true }))).toMatchObject([
      { kind: "message", chatId: JOHN, customer: { externalId: JOHN }, content: { notice: "left" } },
    ]);
  });

  it("are answered with the welcome message when somebody opens the bot, and stored nowhere", () => {
    const welcome = { senderName: "Shop", welcome: "Hello! How can we help?", askPhone: true };
    const received = judge(fixture("conversation_started"), welcome);
    expect(received).toMatchObject({ kind: "challenge", status: 200, contentType: "application/json" });
    if (received.kind !== "challenge") return;
    expect(JSON.parse(received.body)).toEqual({
      sender: { name: "Shop" },
      type: "text",
      text: "Hello! How can we help?",
      min_api_version: 3,
      tracking_data: "threadline:share-phone",
      keyboard: {
        Type: "keyboard",
        DefaultHeight: false,
        Buttons: [
          {
            Columns: 6,
            Rows: 1,
            ActionType: "share-phone",
            ActionBody: "share-phone",
            Text: "Share my phone number",
            TextSize: "regular",
          },
        ],
      },
    });
    expect(judge(fixture("conversation_started"))).toEqual({ kind: "accepted", events: [] });
    const again = fixture("conversation_started").replace('"subscribed":false', '"subscribed":true');
    expect(judge(again, welcome)).toEqual({ kind: "accepted", events: [] });
  });
});

describe("the proof of a callback", () => {
  const body = fixture("a message to the service");
  const account = viberAccount(TOKEN);

  it("is the signature of the raw body, in the header or in `sig`", () => {
    const signature = createHmac("sha256", TOKEN).update(body).digest("hex");
    expect(receive(request(body), account).kind).toBe("accepted");
    expect(receive(request(body, { headers: {}, query: { sig: signature } }), account).kind).toBe("accepted");
    expect(
      receive(request(body, { headers: { "x-viber-content-signature": signature.toUpperCase() } }), account).kind,
    ).toBe("accepted");
  });

  it("does not hold for a body that says the same in other bytes", () => {
    const given = request(body);
    const respelled = Buffer.from(body.replace('"timestamp":1457764197627', '"timestamp": 1457764197627'));
    expect(receive({ ...given, rawBody: respelled }, account)).toMatchObject({ kind: "rejected", status: 401 });
  });

  it("does not hold for a token that is missing, whatever the signature", () => {
    const empty = createHmac("sha256", "").update(body).digest("hex");
    const nobody = viberAccount("");
    expect(receive(request(body, { headers: { "x-viber-content-signature": empty } }), nobody)).toMatchObject({
      kind: "rejected",
      status: 401,
    });
  });

  it("is not read from `sig` when a header is there that does not hold", () => {
    const signature = createHmac("sha256", TOKEN).update(body).digest("hex");
    const given = request(body, {
      headers: { "x-viber-content-signature": "0".repeat(64) },
      query: { sig: signature },
    });
    expect(receive(given, account).kind).toBe("rejected");
  });
});

describe("bad input", () => {
  it.each([
    ["a surrogate half", "a\ud83d b", "a\ufffd b"],
    ["a NUL", "a\u0000b\nc", "a\ufffdb\nc"],
    ["an RTL override, which belongs to texts", "\u202eabc", "\u202eabc"],
    ["100 kB", "x".repeat(100_000), "x".repeat(100_000)],
  ])("is kept fit to be stored: %s", (_case, text, kept) => {
    expect(eventsOf(judge(message({ type: "text", text })))).toMatchObject([{ content: { body: { text: kept } } }]);
  });

  it.each([
    ["👑", undefined],
    [" . ", undefined],
    ["Subscriber", undefined],
    ["Viber User", undefined],
    ["Anna \u202e👑\u0000 Weber", "Anna 👑 Weber"],
  ])("passes on real names only: %s", (name, kept) => {
    const [event] = eventsOf(judge(message({ type: "text", text: "hi" }, { id: JOHN, name })));
    expect(event?.kind === "message" && event.customer.name).toBe(kept);
  });

  it("takes folders and turned writing out of file names", () => {
    const file = {
      type: "file",
      media: "https://dl-media.viber.com/x",
      file_name: "../..\\gpj.\u202eexe",
      file_size: 5,
    };
    expect(eventsOf(judge(message(file)))).toMatchObject([{ content: { attachments: [{ name: ".._.._gpj.exe" }] } }]);
  });

  it("loses no message for an odd field beside it", () => {
    const odd = {
      type: "text",
      text: "still here",
      location: { lat: 900, lon: "x" },
      contact: 7,
      file_size: -1,
      media: {},
    };
    const sender = { id: JOHN, name: { first: "x" }, language: "<script>", country: 4 };
    expect(eventsOf(judge(message(odd, sender)))).toMatchObject([
      { customer: { externalId: JOHN }, content: { body: { text: "still here" } } },
    ]);
  });

  it("reads numbers of places from strings, and takes no impossible place", () => {
    const at = (lat: unknown, lon: unknown) =>
      eventsOf(judge(message({ type: "location", location: { lat, lon } })))[0];
    expect(at("37.7898", "-122.3942")).toMatchObject({
      content: { place: { latitude: 37.7898, longitude: -122.3942 } },
    });
    expect(at(91, 0)).toMatchObject({ content: { body: { text: UNREADABLE } } });
  });

  it("gives no events for a callback without a token or a sender", () => {
    expect(eventsOf(judge('{"event":"message","sender":{"id":"x"},"message":{"type":"text","text":"a"}}'))).toEqual([]);
    expect(eventsOf(judge('{"event":"seen","message_token":5}'))).toEqual([]);
    expect(eventsOf(judge('{"event":"failed","message_token":{},"user_id":"x"}'))).toEqual([]);
  });

  it("takes a time that no clock can mean for the epoch", () => {
    const body = message({ type: "text", text: "a" }).replace('"timestamp":1', '"timestamp":1e300');
    expect(eventsOf(judge(body))[0]?.at).toEqual(new Date(0));
  });
});
