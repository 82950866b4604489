import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HistoryAnswer } from "../../../src/api/webchat.ts";
import type { MessagePart } from "../../../src/channels/contract/capabilities.ts";
import { createWebchatAdapter } from "../../../src/channels/webchat/adapter.ts";
import { createUploads } from "../../../src/channels/webchat/uploads.ts";
import type { AttachmentKind, Message } from "../../../src/domain/message.ts";
import { sampleFile } from "../telegram/harness.ts";
import { bearer, closeStore, openWebchat, type WebchatWorld } from "./harness.ts";

/**
 * What the channel battery cannot do for a channel whose customers come through doors of its own: each part that is
 * claimed of a visitor arrives through the routes as claimed, and no route lets in one that is not.
 */
let world: WebchatWorld;
let token: string;
beforeEach(async () => {
  world = await openWebchat({ settings: { rating: "stars", livePreview: true } });
  token = await world.visit();
});
afterEach(() => world.close());
afterAll(closeStore);

const { capabilities } = createWebchatAdapter({
  hub: { notify: () => undefined },
  uploads: createUploads({ dataDir: "unused", now: () => new Date() }),
});

const call = (method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, payload: object) =>
  world.app.inject({ method, url: world.at(path), headers: bearer(token), payload });

function upload(files: readonly { readonly bytes: Buffer; readonly name: string }[]) {
  const field = `--b\r\ncontent-disposition: form-data; name="id"\r\n\r\n${randomUUID()}\r\n`;
  const parts = files.map(({ bytes, name }) =>
    Buffer.concat([
      Buffer.from(`--b\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\n\r\n`),
      ...[bytes, Buffer.from("\r\n")],
    ]),
  );
  return world.app.inject({
    ...{ method: "POST", url: world.at("files") },
    headers: { ...bearer(token), "content-type": "multipart/form-data; boundary=b" },
    payload: Buffer.concat([Buffer.from(field), ...parts, Buffer.from("--b--\r\n")]),
  });
}

const stored = (): Promise<readonly Message[]> =>
  world.store.messages.journal(world.account.portal, { direction: "in", changes: true, after: 0, limit: 100 });
const kindsOf = (row: Message | undefined) => row?.content.attachments.map(({ kind }) => kind);

/** Posts a text with something beside it that the contract has no word for here. */
async function beside(extra: object): Promise<Message["content"] | undefined> {
  expect((await call("POST", "messages", { id: randomUUID(), text: "Hello", ...extra })).statusCode).toBe(200);
  const rows = await stored();
  expect(rows.map((row) => row.kind)).toEqual(["message"]);
  return rows[0]?.content;
}

const file = (kind: AttachmentKind, arrivesAs: AttachmentKind) => async () => {
  const sample = sampleFile(kind);
  expect((await upload([sample])).statusCode).toBe(200);
  const [row] = await stored();
  expect(kindsOf(row)).toEqual([arrivesAs]);
  expect(row?.content.attachments[0]?.size).toBe(sample.bytes.length);
};

const dropped = (extra: object) => async () => {
  expect(await beside(extra)).toEqual({ body: { text: "Hello", spans: [] }, attachments: [] });
};

const noSuchRoute =
  (...asked: readonly (readonly [Parameters<typeof call>[0], string])[]) =>
  async () => {
    await call("POST", "messages", { id: randomUUID(), text: "Hello" });
    const [row] = await stored();
    for (const [method, path] of asked)
      expect((await call(method, `${path}/${row?.id ?? ""}`, { text: "x", emoji: "👍" })).statusCode).toBe(404);
    expect((await stored()).map((one) => [one.kind, one.content.body.text])).toEqual([["message", "Hello"]]);
  };

type Claim = "full" | "degraded" | "impossible";
const INWARD: Readonly<Record<MessagePart, readonly [Claim, () => Promise<void>]>> = {
  formatting: [
    "impossible",
    async () => {
      const spans = [{ kind: "bold", start: 0, end: 5 }];
      await call("POST", "messages", { id: randomUUID(), text: "<b>Hello</b> *there*", spans });
      expect((await stored())[0]?.content.body).toEqual({ text: "<b>Hello</b> *there*", spans: [] });
    },
  ],
  photo: ["full", file("photo", "photo")],
  video: ["full", file("video", "video")],
  voice: ["degraded", file("voice", "audio")],
  file: ["full", file("file", "file")],
  album: [
    "impossible",
    async () => {
      await upload([sampleFile("photo"), sampleFile("photo")]);
      for (const row of await stored()) {
        expect(row.album).toBeUndefined();
        expect(row.content.attachments).toHaveLength(1);
      }
    },
  ],
  sticker: ["impossible", dropped({ sticker: "hi", attachments: [{ kind: "sticker" }] })],
  location: ["impossible", dropped({ place: { latitude: 1, longitude: 2 } })],
  contact: ["impossible", dropped({ contacts: [{ name: "Ann", phones: ["+491"], emails: [] }] })],
  quote: [
    "full",
    async () => {
      await call("POST", "messages", { id: randomUUID(), text: "What time?" });
      const quoted = await world.reply("What time?", "At five.");
      await call("POST", "messages", { id: randomUUID(), text: "Fine", quote: quoted });
      expect((await stored()).at(-1)?.content.quote).toMatchObject({ externalId: quoted, text: "At five." });
    },
  ],
  reaction: ["impossible", noSuchRoute(["POST", "reactions"], ["PUT", "messages"], ["POST", "messages"])],
  edit: ["impossible", noSuchRoute(["PATCH", "messages"], ["PUT", "messages"])],
  delete: ["impossible", noSuchRoute(["DELETE", "messages"])],
  forwarded: ["impossible", dropped({ forwarded: { from: "Dan" } })],
  buttons: ["impossible", dropped({ buttons: [[{ kind: "reply", text: "Yes" }]] })],
  template: ["impossible", dropped({ template: { name: "x", language: "en", variables: [] } })],
  notice: [
    "full",
    async () => {
      const details = { visit: { url: "https://shop.example/tables?utm_source=ads", title: "Tables" } };
      await call("POST", "messages", { id: randomUUID(), text: "Hello", details });
      expect((await stored()).map((row) => row.content.notice)).toEqual(["other", undefined]);
    },
  ],
};

describe("a visitor's", () => {
  test.each(Object.entries(INWARD))("%s arrives as the channel claims", async (part, [claim, prove]) => {
    const said = capabilities.parts[part as MessagePart].in;
    expect(typeof said === "object" ? "degraded" : said).toBe(claim);
    await prove();
  });
});

describe("the team's", () => {
  test("files of every kind that is claimed are in the visitor's history, and open there", async () => {
    await call("POST", "messages", { id: randomUUID(), text: "Show me" });
    const first = await world.reply("Show me", "Here they are");
    const kinds = Object.keys(capabilities.attachments) as AttachmentKind[];
    for (const kind of kinds) {
      const { bytes, name } = sampleFile(kind);
      const attachment = { ...(await world.shelve(bytes, name, first)), kind };
      await world.reply("Show me", { body: { text: `This is a ${kind}.`, spans: [] }, attachments: [attachment] });
      const page = await world.app.inject({ method: "GET", url: world.at("messages"), headers: bearer(token) });
      const last = page.json<HistoryAnswer>().messages.at(-1);
      expect([last?.text, last?.files.map((one) => one.kind)], kind).toEqual([`This is a ${kind}.`, [kind]]);
      const opened = await world.app.inject({ method: "GET", url: world.at(last?.files[0]?.url ?? "") });
      expect(opened.rawPayload.equals(bytes), kind).toBe(true);
      if (["photo", "video", "voice"].includes(kind))
        expect(opened.headers["content-disposition"], kind).toMatch(/^inline/);
    }
    expect(kinds.length).toBeGreaterThan(0);
  });

  test("several files stand in one message, as the album's words say", async () => {
    expect(capabilities.parts.album.out).toEqual({ degraded: "as one message with several files" });
    await call("POST", "messages", { id: randomUUID(), text: "Show me" });
    const first = await world.reply("Show me", "Here");
    const photos = [sampleFile("photo"), sampleFile("photo")];
    const attachments = await Promise.all(photos.map(({ bytes, name }) => world.shelve(bytes, name, first)));
    await world.reply("Show me", { body: { text: "", spans: [] }, attachments });
    const page = await world.app.inject({ method: "GET", url: world.at("messages"), headers: bearer(token) });
    expect(page.json<HistoryAnswer>().messages.at(-1)?.files).toHaveLength(2);
  });
});

test("typing is told both ways, where it is claimed", async () => {
  expect(capabilities.typing).toBe(true);
  await call("POST", "messages", { id: randomUUID(), text: "Hello" });
  const [row] = await stored();
  const visitor = row && (await world.store.conversations.find(world.account.portal, row.conversation))?.externalChatId;
  const heard: unknown[] = [];
  const stop = world.hub.watch(world.account.id, visitor ?? "", (text) => heard.push(text));
  expect((await call("POST", "typing", { text: "I would li" })).statusCode).toBe(204);
  stop();
  expect(heard).toEqual(["I would li"]);
});
