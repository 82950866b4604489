import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SendOutcome } from "../../../src/channels/contract/sending.ts";
import type { Attachment, Content } from "../../../src/domain/message.ts";
import { plainText, type Span } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing, type SampleFile } from "../../contract/channel-harness.ts";
import type { LogEntry } from "../../emulators/telegram/types.ts";
import { pngOf, type Setup, sampleFile, setUp } from "./harness.ts";

let it_: Setup;
beforeEach(async () => {
  it_ = await setUp();
});
afterEach(async () => {
  await it_.emulator.close();
});

async function send(
  content: Partial<Content> & { text?: string; spans?: readonly Span[] },
  files: readonly SampleFile[] = [],
  kinds: readonly Attachment["kind"][] = [],
) {
  const attachments = content.attachments ?? files.map((file, at) => attachment(kinds[at] ?? "photo", file));
  const full: Content = {
    body: content.body ?? { text: content.text ?? "", spans: content.spans ?? [] },
    attachments,
    ...(content.quote && { quote: content.quote }),
  };
  return await it_.adapter.send(it_.account, outgoing(it_.chatId, full, files), "key");
}

const methods = (): string[] => it_.emulator.calls().map((call) => call.method);
const params = (at: number): LogEntry["params"] => it_.emulator.calls()[at]?.params ?? {};
const big = (size: number, sample: SampleFile): SampleFile => ({
  ...sample,
  bytes: Buffer.concat([sample.bytes, Buffer.alloc(size - sample.bytes.length)]),
});
const MB = 1024 * 1024;

describe("sending to telegram", () => {
  it("gives formatting as entities, and only what Telegram's rules allow", async () => {
    const text = "bold code 😀 link quote";
    const outcome = await send({
      text,
      spans: [
        { kind: "quote", start: 0, end: 23 },
        { kind: "bold", start: 0, end: 12 },
        { kind: "code", start: 5, end: 9 },
        { kind: "italic", start: 6, end: 8 },
        { kind: "link", start: 13, end: 17, url: "https://example.com/" },
        { kind: "link", start: 13, end: 15, url: "https://inner.example/" },
        { kind: "link", start: 18, end: 23, url: "javascript:alert(1)" },
      ],
    });
    expect(outcome.kind).toBe("sent");
    expect(params(0)["entities"]).toEqual([
      { type: "blockquote", offset: 0, length: 23 },
      { type: "bold", offset: 0, length: 5 },
      { type: "code", offset: 5, length: 4 },
      { type: "bold", offset: 9, length: 3 },
      { type: "text_link", offset: 13, length: 4, url: "https://example.com/" },
    ]);
    expect(params(0)).not.toHaveProperty("parse_mode");
  });

  it("mends halves of surrogate pairs instead of being refused for them", async () => {
    expect((await send({ text: "half \ud83d here" })).kind).toBe("sent");
    expect(params(0)["text"]).toBe("half \ufffd here");
  });

  it("puts a short text under the first file and a long one after the files", async () => {
    await send({ text: "short" }, [sampleFile("photo")]);
    expect(methods()).toEqual(["sendPhoto"]);
    expect(params(0)).toMatchObject({ caption: "short" });
    const outcome = await send({ text: `${"word ".repeat(1_000)}end` }, [sampleFile("photo")]);
    expect(methods()).toEqual(["sendPhoto", "sendPhoto", "sendMessage", "sendMessage"]);
    expect(params(1)).not.toHaveProperty("caption");
    expect(outcome).toMatchObject({ kind: "sent", externalIds: ["2", "3", "4"] });
  });

  it("counts a caption's limit exactly", async () => {
    await send({ text: "x".repeat(1_024) }, [sampleFile("photo")]);
    await send({ text: "x".repeat(1_025) }, [sampleFile("photo")]);
    expect(methods()).toEqual(["sendPhoto", "sendPhoto", "sendMessage"]);
  });

  it("picks the method by what a file really is", async () => {
    const cases: readonly (readonly [Attachment["kind"], SampleFile, string])[] = [
      ["photo", sampleFile("photo"), "sendPhoto"],
      ["photo", big(10 * MB + 1, sampleFile("photo")), "sendDocument"],
      ["photo", sampleFile("animation"), "sendAnimation"],
      ["photo", { ...sampleFile("file"), mime: "image/tiff" }, "sendDocument"],
      ["video", sampleFile("video"), "sendVideo"],
      ["video", { ...sampleFile("file"), mime: "video/x-msvideo" }, "sendDocument"],
      ["voice", sampleFile("voice"), "sendVoice"],
      ["voice", { ...sampleFile("file"), mime: "audio/wav" }, "sendDocument"],
      ["audio", sampleFile("audio"), "sendAudio"],
      ["sticker", sampleFile("sticker"), "sendSticker"],
      ["file", sampleFile("photo"), "sendDocument"],
    ];
    for (const [kind, file, method] of cases) {
      expect((await send({}, [file], [kind])).kind, `${kind} ${file.mime}`).toBe("sent");
      expect(methods().at(-1), `${kind} ${file.mime}`).toBe(method);
    }
  });

  it("sends a picture with odd proportions as a document, known beforehand or told by Telegram", async () => {
    const tall = pngOf(100, 9_000);
    const told: Attachment = { ...attachment("photo", tall), width: 100, height: 9_000 };
    await send({ attachments: [told] }, [tall]);
    expect(methods()).toEqual(["sendDocument"]);
    const outcome = await send({ text: "see" }, [tall]);
    expect(methods()).toEqual(["sendDocument", "sendPhoto", "sendDocument"]);
    expect(params(2)).toMatchObject({ caption: "see" });
    expect(outcome.kind).toBe("sent");
  });

  it("keeps a file's name through quotes, semicolons, percent signs and other scripts", async () => {
    const names = ["Договор; «копия» 100%25.pdf", 'a "b" c\\d.txt', "été.txt", "日本語 (1).pdf"];
    for (const name of names) await send({}, [{ ...sampleFile("file"), name }], ["file"]);
    const stored = it_.emulator
      .sentTo(it_.chat)
      .map((message) => (message["document"] as { file_name: string }).file_name);
    expect(stored).toEqual(["Договор; «копия» 100%25.pdf", 'a "b" c_d.txt', "été.txt", "日本語 (1).pdf"]);
  });

  it("sends neighbours of one sort as albums of at most ten, in order", async () => {
    const files = [
      ...Array.from({ length: 12 }, () => sampleFile("photo")),
      sampleFile("file"),
      sampleFile("file"),
      sampleFile("audio"),
    ];
    const kinds: Attachment["kind"][] = [...new Array<"photo">(12).fill("photo"), "file", "file", "audio"];
    const outcome = await send({ text: "all of them" }, files, kinds);
    expect(methods()).toEqual(["sendMediaGroup", "sendMediaGroup", "sendMediaGroup", "sendAudio"]);
    const sent = it_.emulator.sentTo(it_.chat);
    expect(sent).toHaveLength(15);
    expect(sent.filter((message) => message.caption !== undefined).map((message) => message.message_id)).toEqual([1]);
    expect(outcome).toEqual({ kind: "sent", externalIds: sent.map((message) => String(message.message_id)) });
    const sizes = it_.emulator
      .calls()
      .flatMap((call) => (call.params["_files"] as { size: number }[]).map((file) => file.size));
    expect(sizes).toEqual(files.map((file) => file.bytes.length));
  });

  it("falls back to documents for a whole album when one picture cannot be read", async () => {
    const outcome = await send({ text: "two" }, [sampleFile("photo"), pngOf(10, 9_000)]);
    expect(methods()).toEqual(["sendMediaGroup", "sendMediaGroup"]);
    expect(outcome).toMatchObject({ kind: "sent", externalIds: ["1", "2"] });
    expect(it_.emulator.sentTo(it_.chat).every((message) => message["document"] !== undefined)).toBe(true);
  });

  it("quotes in the first part only, and goes without when the quoted message is gone", async () => {
    const [asked] = it_.emulator.userWrites(it_.chat, "How much?");
    const id = String(asked?.message_id);
    await send({ text: "x ".repeat(3_000), quote: { externalId: id } });
    expect(it_.emulator.calls().map((call) => call.params["reply_parameters"])).toEqual([
      { message_id: Number(id), allow_sending_without_reply: true },
      undefined,
    ]);
    expect((await send({ text: "gone", quote: { externalId: "999" } })).kind).toBe("sent");
    expect((await send({ text: "odd", quote: { externalId: "not-a-number" } })).kind).toBe("sent");
  });

  it("refuses a chat that is none of Telegram's before anything leaves", async () => {
    for (const chatId of ["", "abc", "1e5", "@someone", "99999999999999999999"]) {
      const outcome = await it_.adapter.send(
        it_.account,
        outgoing(chatId, { body: plainText("x"), attachments: [] }),
        "key",
      );
      expect(outcome, chatId).toMatchObject({ kind: "refused", code: "chat-not-found" });
    }
    expect(methods()).toEqual([]);
  });

  it("believes the opened file's size, not the claim", async () => {
    const file = big(50 * MB + 1, sampleFile("file"));
    const claimed: Attachment = { ...attachment("file", file), size: 10 };
    expect(await send({ attachments: [claimed] }, [file])).toMatchObject({ kind: "refused", code: "file-too-big" });
    expect(methods()).toEqual([]);
  });

  it("sends nothing of a file that ends early", async () => {
    const file = sampleFile("file");
    const message = outgoing(it_.chatId, { body: plainText("doc"), attachments: [attachment("file", file)] }, [file]);
    const openFile: typeof message.openFile = async (wanted) => ({
      ...(await message.openFile(wanted)),
      size: file.bytes.length + 10,
    });
    expect(await it_.adapter.send(it_.account, { ...message, openFile }, "key")).toMatchObject({ kind: "retry" });
    expect(it_.emulator.sentTo(it_.chat)).toEqual([]);
  });
});

describe("sending several parts", () => {
  const parts = { text: `${"word ".repeat(2_400)}end` };

  it("waits for a pause Telegram asks for between parts, and finishes", async () => {
    it_.emulator.fault({ kind: "429", after: 1, retryAfter: 2 });
    expect(await send(parts)).toEqual({ kind: "sent", externalIds: ["1", "2", "3"] });
    expect(it_.waits).toEqual([2_000]);
  });

  it("does not wait before the first part: the relay does that", async () => {
    it_.emulator.fault({ kind: "429", retryAfter: 2 });
    expect(await send(parts)).toMatchObject({ kind: "retry", afterMs: 2_000 });
    expect(it_.waits).toEqual([]);
  });

  it("says honestly what went when a later part fails for good", async () => {
    it_.emulator.fault({ kind: "error", after: 1, code: 403, description: "Forbidden: bot was blocked by the user" });
    expect(await send(parts)).toEqual({
      kind: "uncertain",
      externalIds: ["1"],
      sentence:
        "Part 1 of 3 of this message went out, part 2 did not, the rest was not tried. The customer has blocked the bot. Use another channel to reach them.",
    });
    expect(methods()).toHaveLength(2);
  });

  it("does not repeat a part that may have gone", async () => {
    it_.emulator.fault({ kind: "drop-after", after: 2 });
    const outcome = await send(parts);
    expect(outcome).toMatchObject({ kind: "uncertain", externalIds: ["1", "2"] });
    expect((outcome as { sentence: string }).sentence).toContain(
      "Parts 1 to 2 of 3 of this message went out, part 3 may not have arrived.",
    );
    expect(it_.emulator.sentTo(it_.chat)).toHaveLength(3);
  });

  it("gives up a pause that is too long", async () => {
    it_.emulator.fault({ kind: "429", after: 1, retryAfter: 600 });
    expect(await send(parts)).toMatchObject({ kind: "uncertain", externalIds: ["1"] });
    expect(it_.waits).toEqual([]);
  });

  it("says uncertain, not account-down, when the token dies between parts", async () => {
    it_.emulator.fault({ kind: "error", after: 1, code: 401, description: "Unauthorized" });
    expect(await send(parts)).toMatchObject({ kind: "uncertain", externalIds: ["1"] });
  });
});

describe("what Telegram's refusals mean", () => {
  const cases: readonly (readonly [number, string, string])[] = [
    [403, "Forbidden: bot was blocked by the user", "blocked"],
    [403, "Forbidden: user is deactivated", "deactivated"],
    [403, "Forbidden: bot can't initiate conversation with a user", "not-started"],
    [403, "Forbidden: bot was kicked from the supergroup chat", "not-in-chat"],
    [400, "Bad Request: chat not found", "chat-not-found"],
    [400, "Bad Request: message is too long", "too-long"],
    [400, "Bad Request: message caption is too long", "too-long"],
    [400, "Bad Request: file must be non-empty", "file-empty"],
    [400, "Bad Request: wrong remote file identifier specified: Wrong padding in the string", "bad-file"],
    [400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", "voice-forbidden"],
    [400, "Bad Request: group chat was upgraded to a supergroup chat", "group-moved"],
    [400, "Bad Request: not enough rights to send text messages to the chat", "no-rights"],
    [400, "Bad Request: can't parse entities: unclosed start tag", "bad-formatting"],
    [413, "Request Entity Too Large", "file-too-big"],
    [400, "Bad Request: something new", "telegram-400"],
  ];
  it.each(cases)("%i %s", async (code, description, expected) => {
    it_.emulator.fault({ kind: "error", code, description });
    expect(await send({ text: "x" })).toMatchObject({ kind: "refused", code: expected });
  });

  it("names a description it does not know", async () => {
    it_.emulator.fault({ kind: "error", code: 400, description: "Bad Request: something new" });
    expect(((await send({ text: "x" })) as Extract<SendOutcome, { kind: "refused" }>).sentence).toBe(
      "Telegram refused the message: something new",
    );
  });

  it("takes 401 and 404 for a token that is not accepted", async () => {
    for (const [code, description] of [
      [401, "Unauthorized"],
      [404, "Not Found"],
    ] as const) {
      it_.emulator.fault({ kind: "error", code, description });
      expect(await send({ text: "x" })).toMatchObject({
        kind: "account-down",
        connection: { kind: "bad-credentials" },
      });
    }
  });

  it("really blocked, really deactivated, really unknown", async () => {
    it_.emulator.blockBot(it_.chat);
    expect(await send({ text: "x" })).toMatchObject({ kind: "refused", code: "blocked" });
    it_.emulator.deactivate(it_.chat);
    expect(await send({ text: "x" })).toMatchObject({ kind: "refused", code: "deactivated" });
    const stranger = outgoing("424242", { body: plainText("x"), attachments: [] });
    expect(await it_.adapter.send(it_.account, stranger, "key")).toMatchObject({
      kind: "refused",
      code: "chat-not-found",
    });
  });
});
