import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing, SendOutcome } from "../../../src/channels/contract/sending.ts";
import type { Button, Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { expectSentence, sentIds } from "../../contract/channel-checks.ts";
import { attachment, outgoing, recordingPacer, type SampleFile } from "../../contract/channel-harness.ts";
import { pngOf, sampleFile } from "../telegram/harness.ts";
import { shownText } from "../whatsapp-cloud/shown.ts";
import { type Setup, setUp } from "./harness.ts";

let us: Setup;
beforeEach(async () => {
  us = await setUp({ settings: { senderName: "Shop", senderAvatar: "https://shop.example/logo.png" } });
});
afterEach(() => us.close());

const text = (words: string, more: Partial<Content> = {}): Content => ({
  body: plainText(words),
  attachments: [],
  ...more,
});

async function send(content: Content, samples: readonly SampleFile[] = []): Promise<SendOutcome> {
  return await us.adapter.send(us.account, outgoing(us.person.id, content, samples, us.link), "key");
}

const bodies = () => us.emulator.sentTo(us.person.id).map((one) => one.body);

function withFile(sample: SampleFile, kind: "photo" | "video" | "file" = "file", words = ""): [Content, SampleFile[]] {
  return [text(words, { attachments: [attachment(kind, sample)] }), [sample]];
}

const big = (sample: SampleFile, bytes: number): SampleFile => ({
  ...sample,
  bytes: Buffer.concat([sample.bytes, Buffer.alloc(bytes - sample.bytes.length)]),
});

describe("a message to Viber", () => {
  it("names the sender as the settings say, cut to what Viber shows", async () => {
    await send(text("Hello"));
    expect(bodies()[0]).toMatchObject({
      sender: { name: "Shop", avatar: "https://shop.example/logo.png" },
      min_api_version: 1,
    });
    const unnamed = { ...us.account, settings: {}, name: "The support department of the whole shop" };
    await us.adapter.send(unnamed, outgoing(us.person.id, text("Again")), "key");
    expect(bodies()[1]).toMatchObject({ sender: { name: "The support department of th" } });
  });

  it("says where its links lead, and what it answers", async () => {
    const words = "See the offer, or https://shop.example/.";
    const spans = [
      { kind: "link", start: 8, end: 13, url: "https://shop.example/offer" },
      { kind: "bold", start: 8, end: 13 },
      { kind: "link", start: 18, end: 39, url: "https://shop.example/" },
    ] as const;
    await send({ body: { text: words, spans }, attachments: [], quote: { text: "Anything\n cheaper?" } });
    expect(bodies()[0]?.["text"]).toBe(
      "«Anything cheaper?»\nSee the *offer* (https://shop.example/offer), or https://shop.example/.",
    );
  });

  it("formats by Viber's marks: code as a block, quotes and underline as they are, no mark by mistake", async () => {
    const words = "bold code quote under 2 * 3 *args and **more*";
    const spans = [
      { kind: "bold", start: 0, end: 4 },
      { kind: "code", start: 5, end: 9 },
      { kind: "quote", start: 10, end: 15 },
      { kind: "underline", start: 16, end: 21 },
    ] as const;
    await send({ body: { text: words, spans }, attachments: [] });
    const sent = String(bodies()[0]?.["text"]);
    expect(sent.replaceAll("\u200b", "")).toBe("*bold* ```code``` quote under 2 * 3 *args and **more*");
    expect(shownText(sent)).toEqual({
      text: words,
      spans: [
        { kind: "pre", text: "code" },
        { kind: "bold", text: "bold" },
      ],
    });
  });

  it("puts a short text under a picture and a long one after it", async () => {
    const photo = sampleFile("photo");
    await send(...withFile(photo, "photo", "Your parcel"));
    await send(...withFile(photo, "photo", "x".repeat(769)));
    expect(bodies()).toMatchObject([
      { type: "picture", text: "Your parcel" },
      { type: "picture", text: "" },
      { type: "text", text: "x".repeat(769) },
    ]);
  });

  it("sends as files what Viber does not show", async () => {
    const photo = pngOf(10, 10);
    await send(...withFile(big(photo, 1024 * 1024), "photo"));
    await send(...withFile(big(photo, 1024 * 1024 + 1), "photo"));
    await send(...withFile({ ...sampleFile("sticker"), name: "photo.webp" }, "photo"));
    await send(...withFile({ ...photo, name: "no-extension" }, "photo"));
    const clip = sampleFile("video");
    await send(...withFile(clip, "video"));
    await send(text("", { attachments: [{ ...attachment("video", clip), duration: 181 }] }), [clip]);
    await send(...withFile({ ...clip, name: "clip.mov", mime: "video/quicktime" }, "video"));
    expect(bodies().map((body) => body["type"])).toEqual(["picture", "file", "file", "file", "video", "file", "file"]);
    await us.emulator.bot.settled();
    expect(us.emulator.bot.messages.map((one) => one.failure)).toEqual(Array.from({ length: 7 }, () => undefined));
  });

  it("is fetched by Viber from our address, whole, and a file it cannot get is told as failed", async () => {
    const sample = sampleFile("file");
    const ids = sentIds(await send(...withFile(sample)));
    const message: Outgoing = {
      ...outgoing(us.person.id, ...withFile(sample)),
      linkFile: () => "https://app.example/media/999/a.pdf",
    };
    const lost = sentIds(await us.adapter.send(us.account, message, "key"));
    await us.emulator.bot.settled();
    expect(us.emulator.bot.messages.find((one) => one.token === ids[0])?.bytes?.equals(sample.bytes)).toBe(true);
    expect(us.events).toMatchObject([{ kind: "failure", externalIds: lost, chatId: us.person.id }]);
  });

  it("carries places and contacts", async () => {
    const place = { latitude: 50.7, longitude: 6.1, title: "Shop", address: "Market 1" };
    const contacts = [{ name: "The whole department of spare parts", phones: ["+49 (241) 123-456"], emails: [] }];
    const outcome = await send(text("", { place, contacts }));
    expect(bodies()).toMatchObject([
      { type: "location", location: { lat: 50.7, lon: 6.1 } },
      { type: "contact", contact: { name: "The whole department of spar", phone_number: "+49241123456" } },
      { type: "text", text: "Shop\nMarket 1" },
    ]);
    expect(sentIds(outcome)).toHaveLength(3);
  });

  it("is refused before any call when a contact has no number", async () => {
    const contacts = [{ name: "Anna", phones: [], emails: ["anna@shop.example"] }];
    const outcome = await send(text("", { contacts }));
    expect(outcome).toMatchObject({ kind: "refused", code: "bad-contact" });
    expectSentence(outcome);
    expect(us.emulator.calls()).toEqual([]);
  });

  it.each(["setup.exe", "install.MSI", "a.apk", "run.vbs", "x.bat "])("refuses a forbidden file: %s", async (name) => {
    const outcome = await send(...withFile({ ...sampleFile("file"), name }));
    expect(outcome).toMatchObject({ kind: "refused", code: "file-forbidden" });
    expectSentence(outcome);
    expect(us.emulator.calls()).toEqual([]);
  });

  it("goes by the file itself, not by what was claimed of it", async () => {
    const [content, samples] = withFile({ ...sampleFile("file"), name: "offer.exe" });
    const claimed = { ...content, attachments: content.attachments.map((one) => ({ ...one, name: "offer.pdf" })) };
    expect(await send(claimed, samples)).toMatchObject({ kind: "refused", code: "file-forbidden" });
    const huge: Outgoing = {
      ...outgoing(us.person.id, claimed, samples, us.link),
      openFile: async (wanted) => ({
        ...(await outgoing(us.person.id, claimed, samples).openFile(wanted)),
        name: "offer.pdf",
        size: 50 * 1024 * 1024 + 1,
      }),
    };
    expect(await us.adapter.send(us.account, huge, "key")).toMatchObject({ kind: "refused", code: "file-too-big" });
    expect(us.emulator.calls()).toEqual([]);
  });

  it("is refused where there is no address to fetch its file from", async () => {
    const outcome = await us.adapter.send(us.account, outgoing(us.person.id, ...withFile(sampleFile("file"))), "key");
    expect(outcome).toMatchObject({ kind: "refused", code: "no-link" });
    expectSentence(outcome);
  });

  it("never has more than 30 kB, whatever its characters", async () => {
    const worst = `${"\u0001\u0002".repeat(3_000)}${"界".repeat(7_000)}\ud83d`;
    expect(await send(text(worst))).toMatchObject({ kind: "sent" });
    expect(bodies().map((body) => String(body["text"]).length)).toEqual([7_000, 1]);
  });
});

describe("buttons", () => {
  const reply = (words: string): Button => ({ kind: "reply", text: words });

  it("become a keyboard under the last part", async () => {
    const buttons: Button[][] = [
      [reply("Yes"), reply("No <b>")],
      [{ kind: "link", text: "Shop", url: "https://shop.example/" }],
      [{ kind: "share-phone", text: "My number" }],
    ];
    await send(text("Well?", { buttons }));
    expect(bodies()[0]).toMatchObject({
      min_api_version: 3,
      tracking_data: "threadline:share-phone",
      keyboard: {
        Buttons: [
          { Columns: 3, ActionType: "reply", ActionBody: "Yes", Text: "Yes" },
          { Columns: 3, ActionType: "reply", ActionBody: "No <b>", Text: "No &lt;b&gt;" },
          { Columns: 6, ActionType: "open-url", ActionBody: "https://shop.example/", Silent: true },
          { Columns: 6, ActionType: "share-phone", Text: "My number" },
        ],
      },
    });
  });

  it("fill the six columns in every number", async () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7]) {
      const row = Array.from({ length: count }, (_, at) => reply(String(at)));
      await send(text("?", { buttons: [row] }));
    }
    const widths = bodies().map((body) => {
      const { Buttons } = body["keyboard"] as { Buttons: readonly { Columns: number }[] };
      return Buttons.map((one) => one.Columns);
    });
    expect(widths).toEqual([
      [6],
      [3, 3],
      [2, 2, 2],
      [2, 2, 1, 1],
      [2, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 6],
    ]);
  });

  it.each([
    ["too many rows", Array.from({ length: 13 }, () => [reply("x")])],
    ["no words", [[reply(" ")]]],
    ["too many words", [[reply("x".repeat(251))]]],
    ["a link that runs", [[{ kind: "link", text: "x", url: "javascript:alert(1)" } satisfies Button]]],
  ])("are refused before any call: %s", async (_case, buttons) => {
    const outcome = await send(text("?", { buttons }));
    expect(outcome).toMatchObject({ kind: "refused", code: "bad-buttons" });
    expectSentence(outcome);
    expect(us.emulator.calls()).toEqual([]);
  });

  it("that ask for a number are refused by a Viber that is too old, in words", async () => {
    const old = us.emulator.addPerson({ api_version: 2 });
    const content = text("?", { buttons: [[{ kind: "share-phone", text: "x" }]] });
    const outcome = await us.adapter.send(us.account, outgoing(old.id, content), "key");
    expect(outcome).toMatchObject({ kind: "refused", code: "client-too-old" });
  });
});

describe("who can be written to", () => {
  it("is nobody who never wrote", async () => {
    const stranger = us.emulator.addPerson({ subscribed: false });
    const outcome = await us.adapter.send(us.account, outgoing(stranger.id, text("Hello")), "key");
    expect(outcome).toMatchObject({ kind: "refused", code: "not-subscribed" });
    expect(us.adapter.capabilities.mayWriteFirst).toBe(false);
    expect(us.adapter.setup.map((step) => step.help.en).join(" ")).toContain("never write first");
  });

  it("is who writes again after unsubscribing", async () => {
    await us.emulator.bot.unsubscribe(us.person.id);
    expect(await send(text("Hello"))).toMatchObject({ kind: "refused", code: "not-subscribed" });
    await us.emulator.bot.write(us.person.id, { type: "text", text: "hi" });
    expect(await send(text("Hello"))).toMatchObject({ kind: "sent" });
  });

  it("waits after 100 messages without an answer, until they answer", async () => {
    for (let at = 0; at < 100; at += 1) expect(await send(text(String(at)))).toMatchObject({ kind: "sent" });
    expect(await send(text("101"))).toMatchObject({ kind: "retry", afterMs: 20_000 });
    await us.emulator.bot.write(us.person.id, { type: "text", text: "ok" });
    expect(await send(text("101"))).toMatchObject({ kind: "sent" });
  });
});

describe("the table of error codes", () => {
  const kinds: Readonly<Record<number, SendOutcome["kind"]>> = {
    1: "refused",
    2: "account-down",
    3: "refused",
    4: "refused",
    5: "refused",
    6: "refused",
    7: "account-down",
    8: "account-down",
    9: "account-down",
    10: "account-down",
    11: "refused",
    12: "retry",
    13: "refused",
    14: "refused",
    15: "account-down",
    16: "refused",
    17: "refused",
    18: "refused",
    19: "refused",
    20: "refused",
    21: "refused",
    22: "account-down",
    23: "refused",
    24: "refused",
    25: "uncertain",
    999: "uncertain",
  };

  it.each(Object.entries(kinds))("%s is %s, with a sentence", async (status, kind) => {
    us.emulator.fault({ kind: "error", status: Number(status), message: "reason" });
    const outcome = await send(text("Hello"));
    expect(outcome.kind).toBe(kind);
    expectSentence(outcome);
    expect(bodies()).toEqual([]);
  });
});

describe("when Viber misbehaves", () => {
  it.each([
    ["502-html", 0],
    ["502-html-after", 1],
    ["garbage-after", 1],
    ["redirect", 0],
  ] as const)("%s is uncertain and never repeated", async (kind, effects) => {
    us.emulator.fault({ kind, message: "https://elsewhere.example/" });
    const outcome = await send(text("Once"));
    expect(outcome.kind).toBe("uncertain");
    expectSentence(outcome);
    expect(bodies()).toHaveLength(effects);
    expect(us.emulator.calls("send_message")).toHaveLength(1);
  });

  it("silence is uncertain after its time", async () => {
    await us.close();
    us = await setUp({ fetchTimeoutMs: 1_000 });
    us.emulator.fault({ kind: "hang-after" });
    expect(await send(text("Once"))).toMatchObject({ kind: "uncertain" });
    expect(bodies()).toHaveLength(1);
  });

  it("a later part that Viber refuses leaves the message uncertain, with what went", async () => {
    us.emulator.fault({ kind: "error", status: 6, message: "receiverNotSubscribed", after: 1 });
    const outcome = await send(text("x ".repeat(7_000)));
    expect(outcome).toMatchObject({ kind: "uncertain", externalIds: [us.emulator.sentTo(us.person.id)[0]?.token] });
    expectSentence(outcome);
    expect(outcome).toHaveProperty(
      "sentence",
      expect.stringContaining("Part 1 of 2 of this message went out, part 2 did not"),
    );
  });
});

describe("pacing", () => {
  it("waits for its turn by account and person, with the rate that Viber documents", async () => {
    await send(text("x ".repeat(7_000)));
    expect(us.pacing.turns).toHaveLength(2);
    const rules = [
      { place: "", count: 500, perMs: 10_300, window: true },
      { place: us.person.id, count: 98, perMs: 3_600_000, window: true, mostWaitMs: 10_000 },
    ];
    expect(us.pacing.turns[0]).toEqual({ account: "acc-1", rules });
  });

  it("pauses the person's chat, and nobody else's, when Viber says that it was too much", async () => {
    us.emulator.fault({ kind: "error", status: 12, message: "Too many requests" });
    await send(text("x"));
    expect(us.pacing.pauses).toMatchObject([{ account: "acc-1", place: us.person.id }]);
  });

  it("waits for a later part instead of leaving the message torn", async () => {
    us.emulator.fault({ kind: "error", status: 12, message: "Too many requests", after: 1, times: 2 });
    expect(await send(text("x ".repeat(7_000)))).toMatchObject({ kind: "sent" });
    expect(bodies()).toHaveLength(2);
    expect(us.waits).toHaveLength(2);
  });

  it("gives the message back, unsent, when no turn comes", async () => {
    await us.close();
    const { pacer } = recordingPacer();
    us = await setUp({ pacer: { ...pacer, turn: () => Promise.reject(new Error("aborted")) } });
    const outcome = await send(text("x"));
    expect(outcome).toMatchObject({ kind: "retry" });
    expectSentence(outcome);
    expect(us.emulator.calls()).toEqual([]);
  });
});
