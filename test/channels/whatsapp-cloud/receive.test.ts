import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ChannelEvent, MessageReceived } from "../../../src/channels/contract/events.ts";
import type { ChannelRequest } from "../../../src/channels/contract.ts";
import { UNREADABLE } from "../../../src/channels/whatsapp-cloud/inbound-content.ts";
import { receive } from "../../../src/channels/whatsapp-cloud/receive.ts";
import { cloudAccount, WEBHOOK_SECRET, webhookRequest } from "./harness.ts";

type Fixtures = Readonly<Record<string, unknown>>;
const load = (name: string): Fixtures =>
  JSON.parse(readFileSync(new URL(`../../fixtures/whatsapp-cloud/${name}`, import.meta.url), "utf8")) as Fixtures;
const webhooks = load("webhooks.json");
const ignored = load("ignored.json");
const appSecret = "0123456789abcdef0123456789abcdef";
const account = cloudAccount({
  phoneNumberId: "106540352242922",
  businessAccountId: "102290129340398",
  accessToken: "EAAtoken0000000000000000",
  appSecret,
});

function events(name: string): readonly ChannelEvent[] {
  const received = receive(webhookRequest(webhooks[name], appSecret), account);
  if (received.kind !== "accepted") throw new Error(`${name}: ${received.kind}`);
  return received.events;
}

function message(name: string): MessageReceived {
  const [event, ...more] = events(name);
  if (event?.kind !== "message" || more.length > 0) throw new Error(`${name}: no single message`);
  return event;
}

const CUSTOMER = {
  externalId: "16505551234",
  name: "Sheena Nelson",
  phone: "+16505551234",
  url: "https://wa.me/16505551234",
};

describe("webhooks of the WhatsApp Cloud API", () => {
  it("read a text with who, where, when and its formatting", () => {
    const id = "wamid.HBgLMTY1MDU1NTEyMzQVAgASGBQzQTRBN001=";
    expect(events("text")).toEqual([
      {
        kind: "message",
        key: `m:${id}`,
        chatId: "16505551234",
        at: new Date(1_749_416_383_000),
        customer: CUSTOMER,
        externalId: id,
        content: {
          body: { text: "Does it come in another color?", spans: [{ kind: "bold", start: 16, end: 23 }] },
          attachments: [],
        },
      },
    ]);
  });

  it("know people who hide their number by their business-scoped id", () => {
    expect(message("username-only")).toMatchObject({
      chatId: "US.13491208655302741918",
      customer: { externalId: "US.13491208655302741918", name: "Sheena", username: "realsheena" },
    });
    expect(message("username-only").customer.phone).toBeUndefined();
  });

  it("read quotes and forwarded marks", () => {
    expect(message("quoted").content.quote).toEqual({ externalId: "wamid.HBgLOURS=" });
    expect(message("forwarded").content.forwarded).toEqual({});
  });

  it.each([
    ["image", { kind: "photo", ref: "1003383421387256", mime: "image/jpeg" }],
    ["video", { kind: "video", ref: "1003383421387257", mime: "video/mp4" }],
    ["voice", { kind: "voice", ref: "1003383421387258", mime: "audio/ogg" }],
    ["song", { kind: "audio", ref: "1003383421387259", mime: "audio/mpeg" }],
    ["sticker", { kind: "sticker", ref: "1003383421387261", mime: "image/webp" }],
  ])("read the file of a message: %s", (name, { kind, ref, mime }) => {
    expect(message(name).content.attachments).toEqual([{ kind, source: { by: "channel", ref }, mime }]);
  });

  it("read captions, and names of files without folders and turned writing", () => {
    expect(message("image").content.body).toEqual({
      text: "Is it this?",
      spans: [{ kind: "italic", start: 6, end: 10 }],
    });
    const { body, attachments } = message("document").content;
    expect(body.text).toBe("The invoice");
    expect(attachments[0]?.name).toBe(".._.._invoicefdp.exe");
  });

  it("read places and cards", () => {
    expect(message("location").content.place).toEqual({
      latitude: 37.442,
      longitude: -122.165,
      title: "Philz Coffee",
      address: "101 Forest Ave, Palo Alto, CA 94301",
    });
    expect(message("contacts").content.contacts).toEqual([
      { name: "Barbara J. Johnson", phones: ["+1 (650) 555-9999"], emails: ["bjohnson@example.com"] },
    ]);
  });

  it.each([
    ["button-reply", "Tomorrow"],
    ["list-reply", "Priority\nNext day"],
    ["template-button", "Thanks"],
    ["order", "🛒 Order:\n• di9ozbzfi4 × 2, 30 USD\nPlease deliver"],
    ["unsupported", UNREADABLE],
    ["unheard-of", UNREADABLE],
    ["lone-surrogates", "half \ufffd of a pair \ufffd"],
  ])("show as words: %s", (name, text) => {
    expect(message(name).content.body).toEqual({ text, spans: [] });
  });

  it("read reactions, put on and taken off", () => {
    expect(events("reaction")).toMatchObject([{ kind: "reaction", externalId: "wamid.HBgLOURS=", emoji: "👍" }]);
    expect(events("reaction-off")).toMatchObject([{ kind: "reaction", externalId: "wamid.HBgLOURS=", emoji: "" }]);
  });

  it("tell a change of number and an advertisement as lines of their own", () => {
    expect(message("changed-number")).toMatchObject({
      chatId: "16505551234",
      content: {
        notice: "other",
        body: { text: "The customer changed their WhatsApp number to +12195555358. Write to them there." },
      },
    });
    expect(message("changed-user-id").content).toMatchObject({ notice: "other" });
    const [notice, written] = events("from-ad");
    expect(notice).toMatchObject({
      content: {
        notice: "other",
        body: {
          text: "The customer came from an advertisement “Chat with us: Summer succulents are here!”. https://fb.me/3cr4Wqqkv",
        },
      },
    });
    expect(written).toMatchObject({ kind: "message", content: { body: { text: "Can I get more info?" } } });
  });

  it("read edits, deletions, and what was written on the business's own phone", () => {
    expect(events("edit")).toMatchObject([
      { kind: "edit", externalId: "wamid.HBgLFIRST=", content: { body: { text: "at five" } } },
    ]);
    expect(events("revoke")).toMatchObject([{ kind: "delete", externalId: "wamid.HBgLFIRST=" }]);
    expect(message("echo")).toMatchObject({
      fromDevice: true,
      chatId: "16505551234",
      content: { body: { text: "From the shop's phone" } },
    });
  });

  it("read statuses as receipts and failures", () => {
    const base = { chatId: "16505551234", externalIds: ["wamid.HBgLOURS="] };
    expect(events("delivered")).toMatchObject([{ kind: "receipt", state: "delivered", ...base }]);
    expect(events("read")).toMatchObject([{ kind: "receipt", state: "read", ...base }]);
    expect(events("played")).toMatchObject([{ kind: "receipt", state: "read", ...base }]);
    expect(events("failed-window")).toMatchObject([
      { kind: "failure", ...base, sentence: expect.stringContaining("24 hours") },
    ]);
    expect(events("failed-to-hidden")).toMatchObject([
      { kind: "failure", chatId: "US.13491208655302741918", sentence: expect.stringContaining("no WhatsApp") },
    ]);
    expect(events("failed-unknown")).toMatchObject([
      {
        kind: "failure",
        sentence:
          "WhatsApp could not deliver the message (error 999999: Something new). Send it again or use another channel.",
      },
    ]);
  });

  it("prove by our key what a status is about, and by nobody else's", () => {
    const told = (name: string, data: string) => {
      const body = JSON.stringify(webhooks[name]).replace('"key-1"', JSON.stringify(data));
      const received = receive(webhookRequest(Buffer.from(body), appSecret), account);
      return received.kind === "accepted" ? received.events : [];
    };
    const proof = { kind: "proof", sendKey: "0193-abc", externalId: "wamid.HBgLOURS=", chatId: "16505551234" };
    expect(told("delivered", "1/1:0193-abc")).toMatchObject([{ ...proof, part: 1, of: 1 }, { kind: "receipt" }]);
    expect(told("read", "2/3:0193-abc")).toMatchObject([{ ...proof, part: 2, of: 3 }, { kind: "receipt" }]);
    expect(told("failed-window", "1/1:0193-abc")).toMatchObject([proof, { kind: "failure" }]);
    for (const other of ["", "order 7", "0/1:x", "3/2:x", "1/1:", "99999/99999:x", "1/1:a\nb"])
      expect(told("delivered", other)).toMatchObject([{ kind: "receipt" }]);
  });

  it("take several entries and changes in one, those of this number only, each once", () => {
    const read = events("several").map((event) =>
      event.kind === "message" ? event.content.body.text : `${event.kind}`,
    );
    expect(read).toEqual(["Does it come in another color?", "receipt", "two", "three"]);
  });

  it.each(Object.keys(ignored))("accept without events: %s", (name) => {
    expect(receive(webhookRequest(ignored[name], appSecret), account)).toEqual({ kind: "accepted", events: [] });
  });
});

describe("the verification request", () => {
  const ask = (query: ChannelRequest["query"]): ChannelRequest => ({
    method: "GET",
    headers: {},
    rawBody: Buffer.alloc(0),
    query,
  });
  const good = { "hub.mode": "subscribe", "hub.verify_token": WEBHOOK_SECRET, "hub.challenge": "1158201444" };

  it("is answered with its challenge as plain text", () => {
    expect(receive(ask(good), account)).toEqual({
      kind: "challenge",
      status: 200,
      body: "1158201444",
      contentType: "text/plain",
    });
  });

  it.each([
    ["another token", { ...good, "hub.verify_token": "v3rify_this-accounT" }],
    ["no token", { "hub.mode": "subscribe", "hub.challenge": "1" }],
    ["a list of tokens", { ...good, "hub.verify_token": [WEBHOOK_SECRET] }],
    ["another mode", { ...good, "hub.mode": "unsubscribe" }],
    ["a challenge that is markup", { ...good, "hub.challenge": "<script>alert(1)</script>" }],
    ["no challenge", { "hub.mode": "subscribe", "hub.verify_token": WEBHOOK_SECRET }],
  ])("is rejected with %s", (_name, query) => {
    expect(receive(ask(query), account).kind).toBe("rejected");
  });

  it("is rejected by an account without a token, whatever it carries", () => {
    const bare = { ...account, webhookSecret: "" };
    expect(receive(ask({ ...good, "hub.verify_token": "" }), bare).kind).toBe("rejected");
  });
});
