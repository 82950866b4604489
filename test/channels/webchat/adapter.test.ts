import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Outgoing } from "../../../src/channels/contract/sending.ts";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createWebchatAdapter } from "../../../src/channels/webchat/adapter.ts";
import { createUploads, type Uploads } from "../../../src/channels/webchat/uploads.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, mediaId, portalId } from "../../../src/domain/ids.ts";
import { plainText } from "../../../src/domain/rich-text.ts";

const VISITOR = `v${"a".repeat(22)}`;
const account: Account = {
  id: accountId("4a1c7c8e-6d0f-4f57-9d7c-0a5c1c2b7b11"),
  portal: portalId("p"),
  channel: "webchat",
  name: "Site",
  credentials: {},
  webhookSecret: "s",
  settings: { origins: ["https://shop.example"] },
  enabled: true,
  connection: { kind: "starting", sentence: "" },
  profile: {},
  createdAt: new Date(0),
};

let dataDir: string;
let clock: Date;
let uploads: Uploads;
let adapter: ChannelAdapter;
let notices: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "webchat-adapter-"));
  clock = new Date("2026-11-21T10:00:00Z");
  notices = [];
  uploads = createUploads({ dataDir, now: () => clock });
  adapter = createWebchatAdapter({ hub: { notify: (of, visitor) => void notices.push(`${of} ${visitor}`) }, uploads });
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const outgoing = (text: string, more: Partial<Outgoing> = {}): Outgoing => ({
  chatId: VISITOR,
  content: { body: plainText(text), attachments: [] },
  openFile: () => Promise.reject(new Error("no file")),
  ...more,
});
const file = (size: number): Pick<Outgoing, "content"> => ({
  content: {
    body: plainText(""),
    attachments: [{ kind: "file", source: { by: "media", id: mediaId("m") }, name: "a.pdf", size }],
  },
});

test("a message is sent under our own key and the visitor's page is told, each time the same", async () => {
  expect(await adapter.send(account, outgoing("hello"), "key-1")).toEqual({ kind: "sent", externalIds: ["key-1"] });
  expect(await adapter.send(account, outgoing("hello"), "key-1")).toEqual({ kind: "sent", externalIds: ["key-1"] });
  expect(notices).toEqual([`${account.id} ${VISITOR}`, `${account.id} ${VISITOR}`]);
  expect(adapter.capabilities).toMatchObject({ repeatable: true, mayWriteFirst: false, receipts: "read" });
});

test("what no visitor could see is refused or kept for later, and nobody is told", async () => {
  expect(await adapter.send(account, outgoing(" \n "), "k")).toMatchObject({ kind: "refused", code: "empty" });
  expect(await adapter.send(account, outgoing("x", { chatId: "../v" }), "k")).toMatchObject({
    kind: "refused",
    code: "unknown-visitor",
  });
  expect(await adapter.send(account, outgoing("", file(200 * 1024 * 1024)), "k")).toMatchObject({
    kind: "refused",
    code: "too-large",
  });
  expect(await adapter.send(account, outgoing("", file(10)), "k")).toMatchObject({ kind: "retry" });
  expect(notices).toEqual([]);
});

test("a file that can be opened is sent, and what was opened is closed", async () => {
  const stream = Readable.from(["x"]);
  const openFile = async () => ({ stream, name: "a.pdf", mime: "application/pdf", size: 1 });
  expect(await adapter.send(account, outgoing("", { ...file(1), openFile }), "k")).toMatchObject({ kind: "sent" });
  expect(stream.destroyed).toBe(true);
});

test("edits and removals tell the page", async () => {
  const change = { chatId: VISITOR, externalIds: ["key-1"], content: { body: plainText("new"), attachments: [] } };
  expect(await adapter.edit?.(account, change)).toEqual({ kind: "sent", externalIds: ["key-1"] });
  expect(await adapter.remove?.(account, change)).toEqual({ kind: "sent", externalIds: ["key-1"] });
  expect(notices).toHaveLength(2);
});

test("connecting says what is missing", async () => {
  const place = { webhookUrl: "https://threadline.example/x", https: true };
  expect(await adapter.connect(account, place)).toMatchObject({
    connection: { kind: "connected" },
    profile: { url: "https://shop.example", title: "Site" },
  });
  expect(await adapter.connect({ ...account, settings: {} }, place)).toMatchObject({
    connection: { kind: "needs-action" },
  });
});

test("the generic webhook route gets nothing in", () => {
  expect(
    adapter.receive({ method: "POST", headers: {}, rawBody: Buffer.from("{}"), query: {} }, account),
  ).toMatchObject({ kind: "rejected", status: 403 });
});

const keep = (bytes: Buffer, name = "photo.png", maxBytes = 1_000) =>
  uploads.keep({ stream: Readable.from([bytes]), name, maxBytes });

test("a visitor's file waits until a worker opens it", async () => {
  const bytes = Buffer.from("%PDF-1.7 some words");
  const kept = await keep(bytes, "../../etc/pass\u202ewd.pdf");
  if (kept.kind !== "kept") throw new Error(kept.kind);
  expect(kept).toMatchObject({ mime: "application/pdf", size: bytes.length, name: ".._.._etc_passwd.pdf" });
  const opened = await adapter.openMedia?.(account, kept.source.ref, AbortSignal.timeout(1_000));
  if (opened?.kind !== "opened") throw new Error("not opened");
  expect((await buffer(opened.stream as Readable)).equals(bytes)).toBe(true);
});

test("a file that is too large or breaks off leaves nothing behind", async () => {
  expect(await keep(Buffer.alloc(1_001))).toEqual({ kind: "too-large" });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from("half");
      throw new Error("gone");
    })(),
  );
  expect(await uploads.keep({ stream: broken, name: "x", maxBytes: 1_000 })).toMatchObject({ kind: "broken" });
  expect(await readdir(join(dataDir, "webchat", "2026-11-21"))).toEqual([]);
});

test.each(["", "x", "../../../etc/passwd", "2026-11-21.../../x", "2026-11-21.00000000-0000-4000-8000-000000000000"])(
  "%j opens nothing",
  async (ref) => {
    expect(await adapter.openMedia?.(account, ref, AbortSignal.timeout(1_000))).toMatchObject({ kind: "gone" });
  },
);

test("files of more than a month ago are swept away, later ones stay", async () => {
  const old = await keep(Buffer.from("old"));
  clock = new Date("2026-12-10T10:00:00Z");
  const young = await keep(Buffer.from("young"));
  clock = new Date("2026-12-22T10:00:00Z");
  await keep(Buffer.from("new"));
  if (old.kind !== "kept" || young.kind !== "kept") throw new Error("not kept");
  expect(await uploads.read(old.source.ref)).toBeUndefined();
  const left = await uploads.read(young.source.ref);
  expect(left?.size).toBe(5);
  if (left) await buffer(left.stream as Readable);
});

test("gives the script tag for the site, and tells an open page when the team has the visitor's message", () => {
  expect(adapter.embed?.(account, "https://chat.example")).toBe(
    `<script src="https://chat.example/widget.js" data-account="${account.id}" async></script>`,
  );
  adapter.progressed?.(account, VISITOR);
  expect(notices).toEqual([`${account.id} ${VISITOR}`]);
});
