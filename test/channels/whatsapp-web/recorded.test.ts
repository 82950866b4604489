import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import { CUSTOMER } from "./account.ts";
import { type Setup, setUp } from "./harness.ts";
import { made, type RecordedEvent, recorded, recordedEvents } from "./recorded.ts";

/** Every recorded event of the library, through the real worker process, and what becomes of it. */

const GROUP = "120363000000000009@g.us";
const TEXT_ID = "false_4915112345678@c.us_3EB00000A1B2C3D4E5F601";
const OURS = "true_4915199999999@c.us";

const says = (text: string, more: object = {}) => ({ kind: "message", content: { body: { text }, ...more } });
const file = (kind: string, more: object = {}) => ({
  kind: "message",
  content: { attachments: [{ kind, source: { by: "channel" }, ...more }] },
});
const told = (notice: string, text: RegExp) => ({
  kind: "message",
  content: { notice, body: { text: expect.stringMatching(text) } },
});

const EXPECTED: Readonly<Record<string, object>> = {
  text: {
    ...says("Good morning, is the blue lamp in stock?"),
    chatId: CUSTOMER.pn,
    externalId: TEXT_ID,
    at: new Date(1_760_000_001_000),
    customer: { externalId: CUSTOMER.pn, name: "Anna Weber", phone: "+4915112345678" },
  },
  "text under the hidden id": { ...says("It is me again"), chatId: CUSTOMER.pn, customer: { phone: "+4915112345678" } },
  "quoted reply": says("This one, please", {
    quote: { externalId: `true_${CUSTOMER.pn}_3EB0C0FFEE0000000001`, text: "Which lamp do you mean?" },
  }),
  "quoted picture": says("How much is it?", {
    quote: { externalId: `false_${CUSTOMER.pn}_3EB0C0FFEE0000000002` },
  }),
  "picture with words": {
    ...file("photo", { mime: "image/jpeg", size: 48_213, width: 1_280, height: 960 }),
    ...says("Look, broken", { attachments: [{ kind: "photo" }] }),
  },
  "picture without words": says("", { attachments: [{ kind: "photo" }] }),
  video: says("It flickers", { attachments: [{ kind: "video", duration: 12 }] }),
  animation: file("animation", { duration: 3 }),
  "round video": file("video", { duration: 7 }),
  voice: file("voice", { mime: "audio/ogg", duration: 4 }),
  audio: file("audio", { mime: "audio/mpeg", duration: 31 }),
  document: file("file", { mime: "application/pdf", name: "Invoice 17.pdf", size: 120_331 }),
  sticker: file("sticker", { mime: "image/webp" }),
  "view once": told("other", /on the phone only/),
  place: {
    kind: "message",
    content: {
      place: {
        latitude: 52.5163,
        longitude: 13.3777,
        title: "Brandenburg Gate",
        address: "Pariser Platz, 10117 Berlin",
      },
    },
  },
  "place without words": { kind: "message", content: { place: { latitude: -33.8568, longitude: 151.2153 } } },
  card: {
    kind: "message",
    content: { contacts: [{ name: "Ben Krause", phones: ["+4915155555555"], emails: ["ben@example.com"] }] },
  },
  "two cards": { kind: "message", content: { contacts: [{ name: "Ben Krause" }, { name: "Clara Vogt" }] } },
  forwarded: says("Sale until Friday", { forwarded: {} }),
  poll: says("Which day suits you?\n• Friday\n• Saturday"),
  "written on the phone": { ...says("We have three left"), fromDevice: true, chatId: CUSTOMER.pn },
  "text in a group": {
    ...says("Who has the key?", { author: { externalId: "4915155555555@c.us", name: "Ben" } }),
    group: true,
    chatId: GROUP,
    customer: { externalId: GROUP, name: "Neighbours" },
  },
  edit: { kind: "edit", externalId: TEXT_ID, content: { body: { text: "Good morning, is the green lamp in stock?" } } },
  deletion: { kind: "delete", externalId: TEXT_ID },
  reaction: { kind: "reaction", externalId: TEXT_ID, emoji: "👍", at: new Date(1_760_000_080_000) },
  "reaction taken off": { kind: "reaction", externalId: TEXT_ID, emoji: "" },
  delivered: { kind: "receipt", state: "delivered" },
  read: { kind: "receipt", state: "read" },
  "not delivered": { kind: "failure", sentence: expect.stringContaining("did not deliver") },
  joined: { ...told("joined", /^Joined the group: \+4915112345678\.$/), group: true, chatId: GROUP },
  left: { ...told("left", /^Left the group: \+4915112345678\.$/), group: true, chatId: GROUP },
  ringing: { ...told("other", /is calling\. It rings on the phone/), chatId: CUSTOMER.pn },
  "ringing with video": { ...told("other", /is calling by video/), chatId: CUSTOMER.pn },
  "missed call": { ...told("call-missed", /^Missed call\.$/), chatId: CUSTOMER.pn },
  "missed video call of an older page": told("call-missed", /^Missed video call\.$/),
  "declined call": told("call-missed", /declined/),
  "call taken on the phone": told("other", /answered on the phone/),
  unreadable: told("other", /could not be decrypted/),
  "its words later": says("Here I am"),
};

const isSilent = ({ name }: RecordedEvent): boolean => !(name in EXPECTED);

describe("events recorded from the library's own classes", () => {
  let setup: Setup;
  beforeAll(async () => {
    setup = await setUp();
    setup.cloud.addPerson({ pn: "4915155555555@c.us", name: "Ben" });
    setup.cloud.addGroup(GROUP, "Neighbours");
  });
  afterAll(async () => {
    await setup.close();
  });

  const emit = (one: RecordedEvent): void => setup.cloud.emit(one.event, ...made(one));
  const only = async (one: RecordedEvent): Promise<ChannelEvent | undefined> => {
    const events = await setup.news(() => emit(one));
    expect(events).toHaveLength(1);
    return events[0];
  };

  it.each(recordedEvents.filter((one) => !isSilent(one)))("$name", async (one) => {
    expect(await only(one)).toMatchObject(EXPECTED[one.name] ?? {});
  });

  it("each is expected to be something, or nothing on purpose", () => {
    const silent = recordedEvents.filter(isSilent).map(({ name }) => name);
    expect(silent.filter((name) => !name.startsWith("told to itself"))).toEqual([
      "calling out",
      "call from the phone",
      "call with an outcome that nobody knows",
    ]);
    expect(Object.keys(EXPECTED).filter((name) => !recordedEvents.some((one) => one.name === name))).toEqual([]);
  });

  it.each(recordedEvents.filter(isSilent))("$name: nothing", async (one) => {
    const events = await setup.news(() => {
      emit(one);
      emit(recorded("text"));
    });
    expect(events.map(({ key }) => key)).toEqual([`message:${TEXT_ID}`]);
  });

  it("a call that rings on is told once, and how it ended beside it", async () => {
    const keys = [await only(recorded("ringing")), await only(recorded("ringing"))].map((event) => event?.key);
    expect(new Set(keys).size).toBe(1);
    expect((await only(recorded("missed call")))?.key).not.toBe(keys[0]);
  });

  it("the words that come after a message could not be read are another message", async () => {
    const [dark, words] = [await only(recorded("unreadable")), await only(recorded("its words later"))];
    expect(words?.key).not.toBe(dark?.key);
  });

  it("none names us as the customer", () => {
    const chats = setup.host.handed.map(({ chatId }) => chatId);
    expect(chats.filter((chat) => chat.startsWith(OURS.slice(5)))).toEqual([]);
  });
});
