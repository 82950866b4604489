import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConversationAnswer, MessageAnswer } from "../../src/api/messages.ts";
import { describedChannels } from "../../tools/channels-doc.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";
import { BAD_NAMES, type BadFile, FILES, LONG_WORDS, TEXTS } from "./bad-input/cases.ts";
import { form } from "./bad-input/form.ts";
import type { Door, Front, Refused, Visitor } from "./bad-input/front.ts";
import { telegram } from "./bad-input/telegram.ts";
import { viber } from "./bad-input/viber.ts";
import { webchat } from "./bad-input/webchat.ts";
import { whatsappCloud } from "./bad-input/whatsapp-cloud.ts";
import { shownOf } from "./support.ts";

/**
 * The gallery of bad input, through the whole application for every channel whose news come by requests: from the request
 * over the shelf and its signed link to the line, and to our own pages. A new channel brings a `Front` and gets all of it.
 */

const FRONTS: readonly Front[] = [telegram, viber, whatsappCloud, webchat, form];
const PATIENCE_MS = 60_000;
/** Marks that turn the direction of writing, and what else nobody sees in a name. */
const UNSEEN = /[\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

let world: World;
beforeAll(async () => {
  // A portal for each: what one lets through in a second is then nobody else's time.
  const portals = FRONTS.map(({ channel }) => ({ id: channel }));
  world = await World.start({ unpaced: true, publicUrl: "https://threadline.example", portal: { portals } });
}, 60_000);
afterAll(() => world.stop());

it("every channel whose news come by requests stands in the gallery", () => {
  // What the server made for itself hears of letters by SMTP: its listener has tests of its own.
  const byRequest = describedChannels().filter(({ sessions, builtIn }) => !sessions && builtIn !== true);
  expect(FRONTS.map(({ channel }) => channel).sort()).toEqual(byRequest.map(({ id }) => id).sort());
});

describe.each(FRONTS)("bad input by $channel", (front) => {
  let door: Door;
  const portal = () => world.portal.portal(front.channel).portal;
  const shown = (visitor: Visitor) => shownOf(world, visitor.id, front.channel);
  const fromCustomer = (visitor: Visitor) => shown(visitor).filter(({ from }) => from === "customer");
  const wordsOf = (visitor: Visitor) => fromCustomer(visitor).map(({ text }) => text);
  const arrives = (visitor: Visitor, words: RegExp) =>
    until(
      () => fromCustomer(visitor).some(({ text }) => words.test(text)),
      40_000,
      `${words} in the line`,
      () =>
        wordsOf(visitor)
          .map((text) => text.slice(0, 200))
          .join("\n"),
    );

  /** The person's thread as our own pages show it, oldest first. */
  async function threadOf(
    visitor: Visitor,
  ): Promise<{ readonly name: string; readonly messages: readonly MessageAnswer[] }> {
    const chat = shown(visitor)[0]?.chatId;
    const own = { portal: front.channel };
    const conversations = await world.api<ConversationAnswer[]>("/api/conversations?limit=100", own);
    const found = conversations.find((one) => one.chat === String(chat));
    if (!found) throw new Error("our pages have no such conversation");
    const messages = await world.api<MessageAnswer[]>(`/api/conversations/${found.id}/messages?limit=100`, own);
    return { name: found.customer.name, messages: messages.toSorted((a, b) => a.seq - b.seq) };
  }

  beforeAll(async () => {
    await world.install(front.channel);
    door = await front.open(world, front.channel);
  }, 60_000);

  it("nothing unproved comes in, a replay once, and kinds from the future do no harm", {
    timeout: PATIENCE_MS,
  }, async () => {
    const forged = await door.forged("forged words");
    expect(forged.length).toBeGreaterThanOrEqual(3);
    for (const status of forged) expect([401, 403]).toContain(status);
    for (const status of await door.unknownKinds()) expect(status).toBe(200);
    const { visitor, statuses } = await door.replayed("only once");
    expect(statuses).toEqual([200, 200]);
    await visitor.says("and later");
    await arrives(visitor, /and later/);
    expect(wordsOf(visitor).filter((text) => text === "only once")).toHaveLength(1);
    const everything = [...portal().messages.values()].map(({ text }) => text).join("\n");
    expect(everything).not.toContain("forged words");
  });

  it("any words are kept, shown safely, in their order, or refused in words", { timeout: PATIENCE_MS }, async () => {
    const visitor = await door.visitor();
    for (const { text } of TEXTS) expect(await visitor.says(text)).toBeUndefined();
    await visitor.saysUnreadable?.();
    await visitor.says("the end");
    await arrives(visitor, /^the end$/);
    const said = wordsOf(visitor).filter((text) => !text.includes("Contact details"));
    expect(said).toHaveLength(TEXTS.length + (visitor.saysUnreadable ? 1 : 0) + 1);
    for (const [at, { what, shown }] of TEXTS.entries()) {
      expect(said[at], what).toMatch(shown);
      expect(said[at]?.isWellFormed(), what).toBe(true);
      expect(said[at], what).not.toContain("\u0000");
      expect(said[at], what).not.toMatch(/[\u202a-\u202e]|\[b\]|\[url/);
    }
    if (visitor.saysUnreadable) expect(said.at(-2)).toMatch(/cannot be shown|not be shown/i);
    const { messages } = await threadOf(visitor);
    expect(messages.filter(({ text }) => text.includes("\u0000") || !text.isWellFormed())).toEqual([]);
  });

  it("100 kB are whole and in order, or refused in words, as far as the channel goes", {
    timeout: PATIENCE_MS,
  }, async () => {
    const visitor = await door.visitor();
    let count = LONG_WORDS.length;
    let refused = await visitor.says(LONG_WORDS.join(" "));
    while (refused) {
      expectClean(refused);
      count = Math.floor(count / 2);
      refused = await visitor.says(LONG_WORDS.slice(0, count).join(" "));
    }
    expect(count).toBeGreaterThan(100);
    await arrives(visitor, new RegExp(`${LONG_WORDS[count - 1]}$`));
    const words = wordsOf(visitor).flatMap((text) => text.match(/word\d{5}/g) ?? []);
    expect(words).toEqual(LONG_WORDS.slice(0, count));
  });

  it.each(BAD_NAMES)("a name such as %j turns nothing and joins nobody", { timeout: PATIENCE_MS }, async (name) => {
    const visitor = await door.visitor(name);
    await visitor.says("my name");
    await arrives(visitor, /my name/);
    const [first] = shown(visitor);
    const person = portal().users.get(first?.authorId ?? 0);
    const chat = portal().chats.get(first?.chatId ?? 0);
    const own = await threadOf(visitor);
    for (const place of [person?.name, person?.lastName, chat?.title, own.name]) expect(place).not.toMatch(UNSEEN);
    if (name.includes("Anna")) expect(own.name).toContain("Anna");
  });

  it("files are what their bytes are, and never run", { timeout: PATIENCE_MS }, async () => {
    const visitor = await door.visitor();
    if (!visitor.sends) return expect(front.channel).toBe("form");
    for (const file of FILES) expect(await visitor.sends(file), file.what).toBeUndefined();
    await visitor.says("the end");
    await arrives(visitor, /^the end$/);
    const inLine = fromCustomer(visitor)
      .flatMap(({ fileIds }) => fileIds)
      .map((id) => portal().files.get(id));
    const { messages } = await threadOf(visitor);
    const onPages = messages.flatMap(({ attachments }) => attachments);
    expect(inLine).toHaveLength(FILES.length);
    expect(onPages).toHaveLength(FILES.length);
    for (const [at, file] of FILES.entries()) {
      expect(Buffer.from(inLine[at]?.content ?? []).equals(file.bytes), file.what).toBe(true);
      expect(inLine[at]?.meta.type, file.what).not.toMatch(/html|svg|xml|script/);
      expect(inLine[at]?.meta.name, file.what).not.toMatch(UNSEEN);
      await expectServed(onPages[at]?.url, file);
    }
  });

  it("files that are gone or too large cost their message nothing else", { timeout: PATIENCE_MS }, async () => {
    const visitor = await door.visitor();
    const refusals = [await visitor.sendsTooLarge?.(true), await visitor.sendsTooLarge?.(false)];
    for (const refused of refusals) if (refused) expectClean(refused);
    await visitor.sendsGone?.();
    await visitor.says("the end");
    await arrives(visitor, /^the end$/);
    const said = wordsOf(visitor);
    const wanted = [
      ...(visitor.sendsTooLarge && refusals.every((one) => one === undefined) ? [/larger/, /larger/] : []),
      ...(visitor.sendsGone ? [/no longer has this file/] : []),
    ];
    for (const [at, sentence] of wanted.entries()) expect(said[at]).toMatch(sentence);
    expect(fromCustomer(visitor).flatMap(({ fileIds }) => fileIds)).toEqual([]);
    expect(await keptBytes()).toBeLessThan(2 * 1024 * 1024);
  });
});

function expectClean(refused: Refused): void {
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(refused.status).toBeLessThan(500);
  expect(refused.sentence).toMatch(/\S{3}/);
}

/** What the address in our pages answers to a browser. */
async function expectServed(url: string | undefined, { what, bytes, served }: BadFile): Promise<void> {
  const { pathname, search } = new URL(url ?? "");
  const response = await fetch(`${world.web.url}${pathname}${search}`);
  expect(response.status, what).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes), what).toBe(true);
  const { headers } = response;
  expect(headers.get("x-content-type-options"), what).toBe("nosniff");
  expect(headers.get("content-security-policy"), what).toBe("default-src 'none'; sandbox");
  expect(headers.get("content-disposition"), what).toMatch(
    served === "picture" ? /^inline; filename\*=UTF-8''[\w%.-]+\.jpe?g$/ : /^attachment; filename\*=UTF-8''/,
  );
  expect(headers.get("content-type"), what).toMatch(served === "picture" ? /^image\/jpeg$/ : /^application\//);
  expect(headers.get("content-type"), what).not.toMatch(/html|svg|xml|script/);
  expect(decodeURIComponent(headers.get("content-disposition") ?? ""), what).not.toMatch(UNSEEN);
}

/** All that lies in the folders of files, parts of files too. */
async function keptBytes(): Promise<number> {
  let sum = 0;
  for (const folder of ["media", "webchat", "handover"]) {
    const entries = await readdir(join(world.dataDir, folder), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      expect(entry.name).not.toMatch(/\.part$/);
      if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
    }
  }
  return sum;
}
