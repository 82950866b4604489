import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { accountId, type ConversationId, laneOf, messageId } from "../../src/domain/ids.ts";
import { plainText } from "../../src/domain/rich-text.ts";
import type { TriggerKind } from "../../src/domain/trigger.ts";
import { ALL_PARTS } from "../support/parts.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let agent: string;
let box: string;
let clock = new Date();
const mail = fakeChannel("email", "E-mail");
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";

beforeAll(async () => {
  const settings = z.object({
    address: z.string(),
    trackingUrl: z.string().optional(),
    tracked: z.boolean().optional(),
  });
  const capabilities = { ...mail.adapter.capabilities, letters: true, parts: ALL_PARTS };
  site = await openSite({ channels: [{ ...mail.adapter, settings, capabilities }], now: () => clock });
  admin = await site.install();
  agent = await site.sessionOf(7);
  box = await connect("1");
});
afterAll(() => site.stop());

async function connect(token: string, more: object = {}): Promise<string> {
  const credentials = { token: `${token}234567890:abcdefgh` };
  const settings = { address: `box${token}@shop.example`, ...more };
  return (await site.api(admin, "POST", "/accounts", { channel: "email", name: "Shop", credentials, settings })).json()
    .id;
}

async function came(account = box, letterClass: "human" | "auto-reply" = "human", chatId = randomUUID()) {
  const [accepted] = await site.store.messages.acceptInbound([
    {
      ...{ portal: site.memberId, account: accountId(account), key: randomUUID(), kind: "message", chatId },
      ...{ customer: { externalId: "anna@c.example" }, externalId: randomUUID(), sentAt: clock, notBefore: clock },
      content: {
        body: plainText("How much?"),
        attachments: [],
        letter: {
          ...{ messageId: `<${randomUUID()}@c.example>`, subject: "Order", from: { address: "anna@c.example" } },
          ...{ to: [{ address: "box1@shop.example" }], cc: [], class: letterClass },
        },
      },
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  return { conversation: accepted.conversation, chatId };
}

/** Written and sent; answers the paths of its picture and links. */
async function sent(
  conversation: ConversationId,
  letter: object = { track: true },
  text = "Look: https://shop.example/price?a=1&b=2 or https://shop.example/help",
) {
  const body = { clientId: randomUUID(), text, letter };
  const answer = await site.api(admin, "POST", `/conversations/${conversation}/messages`, body);
  expect(answer.statusCode).toBe(202);
  const { id } = answer.json();
  await site.store.lanes.heartbeat("worker", 60_000);
  const lane = laneOf("out", conversation, site.memberId);
  await site.store.lanes.take(lane, "worker", 10);
  await site.store.messages.beginAttempt(lane, "worker", [messageId(id)]);
  const row = await site.store.messages.find(site.memberId, messageId(id));
  const header = row?.content.letter?.messageId ?? "";
  await site.store.messages.finish([{ message: messageId(id), result: { state: "sent", externalIds: [header] } }]);
  await site.store.lanes.release(lane, "worker");
  return { id, tracked: row?.content.letter?.sending?.tracked };
}

const ask = (address: string, agentName = BROWSER, method: "GET" | "HEAD" = "GET", more: object = {}) =>
  site.app.inject({ method, url: new URL(address).pathname, headers: { "user-agent": agentName }, ...more });
const seen = async (id: string) => (await site.api(admin, "GET", `/messages/${id}/seen`)).json();
const stateOf = async (id: string) => (await site.store.messages.find(site.memberId, messageId(id)))?.state;
const later = (seconds: number) => {
  clock = new Date(clock.getTime() + seconds * 1_000);
};

describe("a tracked letter", () => {
  test("a person who looks and follows a link is seen; the link leads where it did", async () => {
    const { conversation } = await came();
    const { id, tracked } = await sent(conversation);
    if (!tracked) throw new Error("not tracked");
    expect(tracked.links).toHaveLength(2);
    expect(await seen(id)).toEqual({ opened: "not-known", clicked: false, hits: [] });
    later(300);
    const picture = await ask(tracked.pixel);
    expect([picture.statusCode, picture.headers["content-type"], picture.headers["cache-control"]]).toEqual([
      ...[200, "image/gif", "no-store, max-age=0"],
    ]);
    expect(await seen(id)).toMatchObject({ opened: "yes", clicked: false });
    expect(await stateOf(id)).toBe("read");
    // Its card is to say so.
    expect(site.woken).toContain(laneOf("in", conversation, site.memberId));
    later(30);
    const link = await ask(tracked.links[0] ?? "");
    expect([link.statusCode, link.headers.location]).toEqual([302, "https://shop.example/price?a=1&b=2"]);
    expect(await seen(id)).toMatchObject({ opened: "yes", clicked: true });
  });

  test("a provider's proxy says probably, a scanner nothing; neither makes it read", async () => {
    const { conversation } = await came();
    const { id, tracked } = await sent(conversation);
    later(300);
    await ask(tracked?.pixel ?? "", "", "HEAD");
    await ask(tracked?.links[0] ?? "", "curl/8.5.0");
    expect(await seen(id)).toMatchObject({ opened: "not-known", clicked: false });
    await ask(tracked?.pixel ?? "", GMAIL);
    expect((await seen(id)).opened).toBe("probably");
    expect(await stateOf(id)).toBe("sent");
  });

  test("is a cause for triggers: once for a letter, what is only probable where that was asked for", async () => {
    clock = new Date(Math.max(clock.getTime(), Date.now()) + 600_000);
    const filter = { account: accountId(box) };
    const make = (kind: TriggerKind, probable: boolean) =>
      site.store.triggers.add(
        site.memberId,
        { kind, name: kind, filter: { ...filter, ...(probable && { probable }) }, enabled: true },
        "1",
      );
    const triggers = [
      await make("mail-opened", false),
      await make("mail-opened", true),
      await make("link-clicked", false),
    ];
    // What was remembered of triggers is forgotten.
    later(60);
    const fired = async () => {
      const all = await Promise.all(
        triggers.map(({ id }) => site.store.triggers.firings(site.memberId, { trigger: id, limit: 10 })),
      );
      return all.map((firings) => firings.length);
    };
    const { tracked } = await sent((await came()).conversation);
    later(300);
    await ask(tracked?.pixel ?? "", GMAIL);
    expect(await fired()).toEqual([0, 1, 0]);
    later(30);
    await ask(tracked?.pixel ?? "");
    await ask(tracked?.pixel ?? "");
    expect(await fired()).toEqual([1, 1, 0]);
    await ask(tracked?.links[0] ?? "");
    expect(await fired()).toEqual([1, 1, 1]);
  });

  test("nobody is led anywhere by an address that is not ours, or not whole", async () => {
    const { conversation } = await came();
    const { tracked } = await sent(conversation);
    const pixel = tracked?.pixel ?? "";
    const changed = (at: number) => {
      const sign = pixel.at(at) === "A" ? "B" : "A";
      return pixel.slice(0, at) + sign + pixel.slice(at + 1 || pixel.length);
    };
    const token = pixel.slice(pixel.lastIndexOf("/") + 1);
    for (const path of [
      ...[`${changed(-3)}`, `${changed(-30)}/1`, `${pixel}/3`, `${pixel}/0`, `${pixel}/-1`, `${pixel}/01`],
      ...[`${pixel}/https:%2F%2Fevil.example`, `${pixel.slice(0, -4)}`, `${pixel.slice(0, -token.length)}x/1`],
    ])
      expect((await ask(path)).statusCode, path).toBe(404);
  });

  test("is tracked when its writer wants it, by the box's own domain if it has one, and not otherwise", async () => {
    const own = await connect("2", { trackingUrl: "https://go.shop.example/x" });
    const { conversation } = await came(own);
    expect((await sent(conversation)).tracked?.pixel).toMatch(/^https:\/\/go[.]shop[.]example\/t\/[\w-]+$/);
    const plain = await sent((await came()).conversation, {});
    expect(plain.tracked).toBeUndefined();
    expect(await seen(plain.id)).toBeNull();
  });
});

describe("a letter that was written in the line", () => {
  test("is seen as one from our pages", async () => {
    const own = await connect("3");
    await site.api(admin, "PATCH", `/accounts/${own}`, { settings: { address: "box3@shop.example", tracked: true } });
    const { conversation } = await came(own);
    const action = {
      ...{ kind: "message" as const, portal: site.memberId, chatId: conversation, imChatId: "91", imMessageId: "911" },
      ...{ at: clock, authorId: "1", content: { body: plainText("From the line"), attachments: [] } },
    };
    expect((await site.replies.accept(action)).kind).toBe("stored");
    const [row] = (await site.store.threads.page(site.memberId, { conversations: [conversation], limit: 5 })).filter(
      ({ direction }) => direction === "out",
    );
    later(60);
    await ask(row?.content.letter?.sending?.tracked?.pixel ?? "");
    expect(await seen(row?.id ?? "")).toMatchObject({ opened: "yes" });
  });
});

describe("the report", () => {
  test("counts per person and template what was sent, opened, clicked and answered", async () => {
    clock = new Date(Date.now() + 86_400_000);
    const since = clock.toISOString();
    admin = await site.sessionOf(1);
    agent = await site.sessionOf(7);
    const opened = await sent((await came()).conversation, { track: true, template: "offer" });
    const likely = await sent((await came()).conversation, { track: true, template: "offer" });
    const answered = await came();
    await sent(answered.conversation, { track: true, template: "offer" });
    await came(box, "auto-reply", (await came()).chatId);
    await sent((await came()).conversation, {});
    await came(box, "human", answered.chatId);
    later(600);
    await ask(opened.tracked?.links[0] ?? "");
    await ask(likely.tracked?.pixel ?? "", GMAIL);
    const now = new Date();
    const query = `since=${new Date(now.getTime() - 3_600_000).toISOString()}&until=${new Date(now.getTime() + 60_000).toISOString()}`;
    const rows = (await site.api(admin, "GET", `/mail/report?${query}`)).json();
    expect(rows.find(({ template }: { template: string | null }) => template === "offer")).toEqual({
      ...{ agent: { id: "1", name: "Ada Admin" }, template: "offer" },
      ...{ sent: 3, tracked: 3, opened: 2, openedOfTracked: 2, probablyOpened: 1, clicked: 1, answered: 1 },
    });
    expect((await site.api(agent, "GET", `/mail/report?${query}`)).json()).toEqual([]);
    expect((await site.api(admin, "GET", `/mail/report?since=${since}&until=${since}`)).statusCode).toBe(400);
  });
});
