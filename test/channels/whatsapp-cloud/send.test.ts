import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import type { Button, Content, Template } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing, type SampleFile } from "../../contract/channel-harness.ts";
import { until } from "../../support/world/until.ts";
import { cloudFile, type Setup, type SetupOptions, setUp, WEBHOOK_URL } from "./harness.ts";

let at: Setup;
const start = async (options: SetupOptions = {}): Promise<Setup> => {
  at = await setUp(options);
  return at;
};
afterEach(() => at.close());

const text = (words: string): Content => ({ body: plainText(words), attachments: [] });
const send = (content: Content, samples: readonly SampleFile[] = [], chatId = at.chatId) =>
  at.adapter.send(at.account, outgoing(chatId, content, samples), "key-7");
const withButtons = (...buttons: readonly Button[]): Content => ({
  ...text("When?"),
  buttons: buttons.map((one) => [one]),
});
const template = (name: string, variables: readonly string[], language = "en_US"): Content => {
  const wanted: Template = { name, language, variables };
  return { ...text("shown to agents"), template: wanted };
};
const refused = (code: string) => ({ kind: "refused", code, sentence: expect.stringMatching(/^\p{Lu}.*[.!]$/u) });

describe("sending by the WhatsApp Cloud API", () => {
  it("posts what the documentation asks for, with our key as opaque data", async () => {
    await start();
    await send(text("See https://example.com/"));
    expect(at.business.sent[0]?.payload).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: at.chatId,
      type: "text",
      text: { body: "See https://example.com/", preview_url: true },
      biz_opaque_callback_data: "1/1:key-7",
    });
  });

  it("writes to people who hide their number by their id", async () => {
    await start();
    const hidden = at.emulator.addPerson({ waId: "4915199999999", userId: "DE.77", username: "hidden" });
    hidden.lastWroteAt = Date.now();
    expect(await send(text("Hello"), [], "DE.77")).toMatchObject({ kind: "sent" });
    expect(at.business.sent[0]?.payload).toMatchObject({ recipient: "DE.77" });
    expect(at.business.sent[0]?.payload).not.toHaveProperty("to");
  });

  it("refuses chats of other channels before the network", async () => {
    await start();
    const calls = at.emulator.calls().length;
    for (const chatId of ["", "abc", "+49151", "-100", "../me"]) {
      expect(await send(text("Hello"), [], chatId)).toEqual(refused("chat-not-found"));
    }
    expect(at.emulator.calls()).toHaveLength(calls);
  });

  it("puts the text under the first file that may have one, and sends voice as voice", async () => {
    await start();
    const samples = [cloudFile("voice"), cloudFile("photo"), cloudFile("file")];
    const kinds = ["voice", "photo", "file"] as const;
    const content = {
      body: plainText("Three"),
      attachments: kinds.map((kind, n) => attachment(kind, samples[n] ?? cloudFile(kind))),
    };
    expect(await send(content, samples)).toMatchObject({ kind: "sent" });
    const [voice, photo, document, words] = at.business.sent.map((one) => one.payload);
    expect(voice).toMatchObject({ type: "audio", audio: { voice: true } });
    expect(photo).toMatchObject({ type: "image" });
    expect(document).toMatchObject({ type: "document", document: { filename: samples[2]?.name } });
    expect(words).toMatchObject({ type: "text", text: { body: "Three" } });
  });

  it("uploads the very bytes, streamed, with the size told before", async () => {
    await start();
    const bytes = Buffer.alloc(3 * 1024 * 1024, "x");
    const file = { kind: "file", source: { by: "channel", ref: "" }, name: "a.pdf", size: bytes.length } as const;
    let open = 0;
    const message: Outgoing = {
      chatId: at.chatId,
      content: { ...text(""), attachments: [file] },
      openFile: () => {
        open += 1;
        const chunks = Array.from({ length: 48 }, (_, n) => bytes.subarray(n * 65_536, (n + 1) * 65_536));
        return Promise.resolve({
          stream: Readable.from(chunks),
          name: "a.pdf",
          mime: "application/pdf",
          size: bytes.length,
        });
      },
    };
    expect(await at.adapter.send(at.account, message, "key")).toMatchObject({ kind: "sent" });
    expect(open).toBe(1);
    expect(at.business.sent[0]?.media?.bytes.equals(bytes)).toBe(true);
  });

  it.each([
    ["image/svg+xml", "x.svg"],
    ["text/html", "x.html"],
    ["application/zip", "x.zip"],
    ["image/gif", "x.gif"],
    ["", "x"],
  ])("refuses files that WhatsApp does not take: %s", async (mime, name) => {
    await start();
    const calls = at.emulator.calls().length;
    const sample = { bytes: Buffer.from("<svg/>"), name, mime };
    const outcome = await send({ ...text(""), attachments: [attachment("file", sample)] }, [sample]);
    expect(outcome).toEqual(refused("file-type"));
    expect(at.emulator.calls()).toHaveLength(calls);
  });

  it("goes by a file's real size, and sends nothing of a message one of whose files is too large", async () => {
    await start();
    const small = cloudFile("photo");
    const large = { ...cloudFile("photo"), bytes: Buffer.alloc(5 * 1024 * 1024 + 1) };
    const claimed = { ...attachment("file", large), size: 100 };
    const outcome = await send({ ...text("Two"), attachments: [attachment("photo", small), claimed] }, [small, large]);
    expect(outcome).toEqual(refused("file-too-big"));
    expect(at.emulator.calls("upload")).toEqual([]);
  });

  it.each(["unreadable", "short", "long"])(
    "does not send a file that is %s, and lets it be tried again",
    async (how) => {
      await start();
      const bytes = Buffer.from("%PDF-1.7 hello");
      const body = async function* () {
        yield bytes.subarray(0, 5);
        if (how === "unreadable") throw new Error("the disk is gone");
        if (how === "long") yield Buffer.alloc(100);
      };
      const message: Outgoing = {
        chatId: at.chatId,
        content: { ...text(""), attachments: [{ kind: "file", source: { by: "channel", ref: "" } }] },
        openFile: () =>
          Promise.resolve({
            stream: Readable.from(body()),
            name: "a.pdf",
            mime: "application/pdf",
            size: bytes.length,
          }),
      };
      expect(await at.adapter.send(at.account, message, "key")).toMatchObject({ kind: "retry" });
      expect(at.business.sent).toEqual([]);
    },
  );

  it.each(["drop-before", "drop-after", "502-html", "garbage-after"] as const)(
    "may upload again whatever became of an upload: %s",
    async (kind) => {
      await start();
      at.emulator.fault({ kind, operation: "upload" });
      const sample = cloudFile("file");
      const content = { ...text(""), attachments: [attachment("file", sample)] };
      expect(await send(content, [sample])).toMatchObject({ kind: "retry" });
      expect(await send(content, [sample])).toMatchObject({ kind: "sent" });
      expect(at.business.sent).toHaveLength(1);
    },
  );

  it("sends three reply buttons, or one link button", async () => {
    await start();
    const replies = ["Today", "Tomorrow", "Never"].map((words): Button => ({ kind: "reply", text: words }));
    expect(await send(withButtons(...replies))).toMatchObject({ kind: "sent" });
    expect(await send(withButtons({ kind: "link", text: "Open", url: "https://example.com/" }))).toMatchObject({
      kind: "sent",
    });
    expect(at.business.sent.map((one) => (one.payload["interactive"] as { type: string }).type)).toEqual([
      "button",
      "cta_url",
    ]);
  });

  it.each([
    ["too-many-buttons", withButtons(...["a", "b", "c", "d"].map((words): Button => ({ kind: "reply", text: words })))],
    ["same-buttons", withButtons({ kind: "reply", text: "a" }, { kind: "reply", text: "a " })],
    ["button-text", withButtons({ kind: "reply", text: "longer than twenty letters" })],
    ["link-button-alone", withButtons({ kind: "reply", text: "a" }, { kind: "link", text: "b", url: "https://x.de" })],
    ["button-link", withButtons({ kind: "link", text: "b", url: "javascript:alert(1)" })],
    ["buttons-not-supported", withButtons({ kind: "share-phone", text: "Share" })],
    [
      "buttons-alone",
      { ...withButtons({ kind: "reply", text: "a" }), body: plainText(" "), place: { latitude: 1, longitude: 2 } },
    ],
  ] satisfies [string, Content][])("refuses buttons that WhatsApp does not take: %s", async (code, content) => {
    await start();
    const calls = at.emulator.calls().length;
    expect(await send(content)).toEqual(refused(code));
    expect(at.emulator.calls()).toHaveLength(calls);
  });

  it("fills the gaps of templates, numbered or named, outside the window too", async () => {
    await start();
    const stranger = at.emulator.addPerson({ waId: "4915188888888" });
    expect(await send(template("order_ready", ["Anna", "A\n17"]), [], stranger.waId)).toMatchObject({ kind: "sent" });
    expect(await send(template("appointment", ["Anna", "morgen"], "de"), [], stranger.waId)).toMatchObject({
      kind: "sent",
    });
    expect(at.emulator.sentTo(stranger.waId).map((one) => one.text)).toEqual([
      "Hello Anna, your order A 17 is ready.",
      "Hallo Anna, bis morgen!",
    ]);
  });

  it("fills the gaps of a heading and of buttons, counted through with those of the text", async () => {
    await start();
    expect(await send(template("sale", ["summer sale", "Anna", "Sunday", "a?b=1", "SAVE20"]))).toMatchObject({
      kind: "sent",
    });
    expect(await send(template("tracking", ["A 17"]))).toMatchObject({ kind: "sent" });
    expect(at.emulator.sentTo(at.chatId).map((one) => one.text)).toEqual([
      "Our summer sale is on!\nDear Anna, use the code until Sunday.\n[https://example.com/a?b=1]\n[SAVE20]",
      "Your parcel is on its way.\n[https://example.com/track/A 17]",
    ]);
  });

  it("puts the message's file at the top of a template that needs one, of its kind only", async () => {
    await start();
    const photo = cloudFile("photo");
    const file = cloudFile("file");
    const withFile = (name: string, sample: SampleFile, gaps: readonly string[] = []): Content => ({
      ...template(name, gaps),
      attachments: [attachment(sample === photo ? "photo" : "file", sample)],
    });
    expect(await send(withFile("catalogue", photo), [photo])).toMatchObject({ kind: "sent" });
    expect(await send(withFile("contract", file, ["Anna"]), [file])).toMatchObject({ kind: "sent" });
    expect(at.business.sent.map((one) => [one.media?.bytes.length, one.text])).toEqual([
      [photo.bytes.length, "Our new catalogue is here."],
      [file.bytes.length, "Your contract, Anna."],
    ]);
    expect(await send(withFile("catalogue", file), [file])).toEqual(refused("template-file"));
    expect(await send(withFile("order_ready", photo, ["a", "b"]), [photo])).toEqual(refused("template-alone"));
    at.emulator.fault({ kind: "drop-after", operation: "upload" });
    expect(await send(withFile("catalogue", photo), [photo])).toMatchObject({ kind: "retry" });
    expect(at.business.sent).toHaveLength(2);
  });

  it.each([
    ["template-unknown", template("nothing", [])],
    ["template-unknown", template("order_ready", ["a", "b"], "fr")],
    ["template-pending", template("waiting", [])],
    ["template-paused", template("disliked", [])],
    ["template-gaps", template("order_ready", ["Anna"])],
    ["template-gaps", template("order_ready", ["Anna", " "])],
    ["template-not-supported", template("find_us", [])],
    ["template-file", template("catalogue", [])],
    ["template-gaps", template("tracking", [])],
    ["template-alone", { ...template("order_ready", ["a", "b"]), place: { latitude: 1, longitude: 2 } }],
  ] satisfies [string, Content][])("refuses templates in words: %s", async (code, content) => {
    await start();
    expect(await send(content)).toEqual(refused(code));
    expect(at.emulator.calls("messages")).toEqual([]);
  });

  it("lets a template be tried again when the list cannot be had", async () => {
    await start();
    at.emulator.fault({ kind: "drop-after", operation: "templates" });
    expect(await send(template("order_ready", ["a", "b"]))).toMatchObject({ kind: "retry" });
    expect(at.business.sent).toEqual([]);
  });

  it("says which parts went when a later one is refused, and does not send the rest", async () => {
    await start();
    at.emulator.fault({ kind: "error", code: 131026, operation: "messages", after: 1 });
    const outcome = await send(text("word ".repeat(2_500)));
    expect(outcome).toMatchObject({ kind: "uncertain", externalIds: [at.business.sent[0]?.id] });
    expect(outcome).toMatchObject({
      sentence: expect.stringMatching(/^Part 1 of 4 .* part 2 did not, the rest was not tried\./),
    });
    expect(at.business.sent).toHaveLength(1);
  });

  it("waits out a pause asked for between the parts", async () => {
    await start();
    at.emulator.fault({ kind: "error", status: 400, code: 131056, operation: "messages", after: 1 });
    expect(await send(text("word ".repeat(1_500)))).toMatchObject({ kind: "sent" });
    expect(at.waits).toEqual([6_000]);
    expect(at.business.sent).toHaveLength(2);
    expect(at.pacing.pauses).toMatchObject([{ place: at.chatId }]);
  });

  it.each([
    [190, 401, "account-down"],
    [0, 401, "account-down"],
    [10, 403, "account-down"],
    [219, 403, "account-down"],
    [131005, 403, "account-down"],
    [368, 403, "account-down"],
    [131031, 403, "account-down"],
    [133010, 400, "account-down"],
    [4, 429, "retry"],
    [80007, 429, "retry"],
    [130429, 429, "retry"],
    [131056, 400, "retry"],
    [131016, 500, "retry"],
    [2, 503, "retry"],
    [131000, 500, "uncertain"],
    [1, 500, "uncertain"],
    [131026, 400, "refused"],
    [131047, 400, "refused"],
    [131048, 400, "refused"],
    [131049, 400, "refused"],
    [130472, 400, "refused"],
    [131053, 400, "refused"],
    [100, 400, "refused"],
    [424242, 400, "refused"],
  ] as const)("maps error %i (status %i) to %s, sending nothing twice", async (code, status, kind) => {
    await start();
    at.emulator.fault({
      kind: "error",
      code,
      status,
      details: `says ${String(at.account.credentials["accessToken"])}`,
    });
    const outcome = await send(text("Once"));
    expect(outcome.kind).toBe(kind);
    expect(JSON.stringify(outcome)).not.toContain("EAAEmulated");
    expect(at.emulator.calls("messages")).toHaveLength(1);
  });

  it.each(["502-html", "502-html-after", "garbage-after", "hang", "hang-after"] as const)(
    "stays uncertain where the answer does not tell: %s",
    async (kind) => {
      await start({ fetchTimeoutMs: 1_000 });
      at.emulator.fault({ kind });
      expect(await send(text("Once"))).toMatchObject({ kind: "uncertain" });
      expect(at.emulator.calls("messages")).toHaveLength(1);
    },
  );

  it("proves by our key what went out although its answer was lost, part by part", async () => {
    await start({ fetchTimeoutMs: 1_000 });
    await at.adapter.connect(at.account, { webhookUrl: WEBHOOK_URL, https: true });
    at.emulator.fault({ kind: "hang-after", operation: "messages", after: 1 });
    expect(await send(text("word ".repeat(1_500)))).toMatchObject({ kind: "uncertain" });
    const proofs = () => at.events.filter((event) => event.kind === "proof");
    await until(() => proofs().length >= 4, 5_000, "both parts to be told sent and delivered");
    const [first, second] = at.business.sent.map((message) => message.id);
    expect(proofs()).toMatchObject([
      { sendKey: "key-7", externalId: first, part: 1, of: 2, chatId: at.chatId },
      { sendKey: "key-7", externalId: first, part: 1, of: 2 },
      { sendKey: "key-7", externalId: second, part: 2, of: 2 },
      { sendKey: "key-7", externalId: second, part: 2, of: 2 },
    ]);
    expect(new Set(proofs().map((event) => event.key)).size).toBe(4);
  });

  it("obeys the pause that an answer names", async () => {
    await start();
    at.emulator.fault({ kind: "error", code: 130429, status: 429, retryAfter: 30 });
    expect(await send(text("Later"))).toMatchObject({ kind: "retry", afterMs: 30_000 });
  });

  it("sends reactions again when the answer is lost, and only onto WhatsApp's messages", async () => {
    await start();
    const react = (externalId: string) =>
      at.adapter.react?.(at.account, { chatId: at.chatId, externalId, emoji: "👍" });
    at.emulator.fault({ kind: "drop-after" });
    expect(await react(at.written)).toMatchObject({ kind: "retry" });
    expect(await react(at.written)).toMatchObject({ kind: "sent" });
    expect(await react("5")).toMatchObject({ kind: "refused" });
    expect(await react("wamid.AAAA")).toMatchObject({ kind: "refused" });
  });
});
