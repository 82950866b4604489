import { randomUUID } from "node:crypto";
import { afterAll, afterEach, expect, test } from "vitest";
import type { SessionAnswer } from "../../src/api/webchat.ts";
import type { Message } from "../../src/domain/message.ts";
import { bearer, closeStore, openWebchat, SITE, type WebchatWorld } from "../channels/webchat/harness.ts";

let world: WebchatWorld;
afterEach(() => world.close());
afterAll(closeStore);

const post: WebchatWorld["post"] = (...given) => world.post(...given);
const write = (token: string, text: string, details: unknown = {}) =>
  post("messages", token, { id: randomUUID(), text, details });
const history: WebchatWorld["history"] = (...given) => world.history(...given);
const config = async () =>
  (
    await world.app.inject({
      method: "POST",
      url: world.at("session"),
      headers: { origin: SITE },
      payload: { create: false },
    })
  ).json<SessionAnswer>().config;
const stored = async (): Promise<readonly Message[]> =>
  world.store.messages.journal(world.account.portal, { direction: "in", after: 0, limit: 100 });
const bodies = async () => (await stored()).map((row) => row.content.body.text);
const conversation = async () => (await world.store.conversations.list(world.account.portal, { limit: 1 }))[0];

const CONSENT = "I agree that my data is used to answer me.";
const asking = { askName: "optional", askPhone: "required", country: "ES", consent: CONSENT };

test("a new visitor is let in with what the site asks for, and it stands with the conversation", async () => {
  world = await openWebchat({ settings: asking, now: () => new Date("2026-11-28T10:00:00Z") });
  expect(await config()).toMatchObject({
    form: { when: "pre-chat", name: "optional", phone: "required", email: "no" },
    consent: CONSENT,
  });
  const token = await world.visit();
  const refused = await write(token, "Hello", { phone: "12", email: "x" });
  expect(refused.statusCode).toBe(422);
  expect(refused.json()).toMatchObject({ error: { fields: { phone: "wrong", consent: "missing" } } });
  expect((await write(token, "Hello", { phone: "600123456", consent: "I agree." })).json()).toMatchObject({
    error: { fields: { consent: "missing" } },
  });
  expect(await stored()).toEqual([]);

  const shown = `${CONSENT} The team sees your text while you type.`;
  const details = { form: "pre-chat", name: "Ana", phone: "600 12 34 56", consent: shown };
  expect((await write(token, "Hello", details)).statusCode).toBe(200);
  expect((await conversation())?.customer).toMatchObject({ name: "Ana", phone: "+34600123456" });
  const [notice, message] = await stored();
  expect(notice?.content).toMatchObject({
    notice: "other",
    body: { text: "Contact details: Ana, +34600123456\nAgreed to the processing of their data." },
  });
  expect(message?.content.site).toEqual({
    form: "pre-chat",
    consent: { text: shown, at: "2026-11-28T10:00:00.000Z" },
  });
  // Who has written is not asked again, and never sees the line about themselves.
  expect((await write(token, "One more thing")).statusCode).toBe(200);
  expect((await history(token)).messages.map((one) => one.text)).toEqual(["Hello", "One more thing"]);
});

test("the same message twice is stored once, its line too", async () => {
  world = await openWebchat();
  const token = await world.visit();
  const payload = { id: randomUUID(), text: "Hello", details: { visit: { url: `${SITE}/a` } } };
  await post("messages", token, payload);
  await post("messages", token, payload);
  expect(await bodies()).toEqual([`Page: ${SITE}/a`, "Hello"]);
});

test("page, referrer and campaign are kept as facts; rubbish in them refuses nothing", async () => {
  world = await openWebchat();
  const token = await world.visit();
  const visit = {
    url: `${SITE}/lamps`,
    title: "Lamps",
    referrer: "https://search.example/",
    landing: `${SITE}/?utm_source=ads`,
    utm: { source: "ads" },
  };
  await write(token, "One", { visit });
  await write(token, "Two", { visit: { url: 5, utm: "x" }, form: "odd", name: { a: 1 } });
  await write(token, "Three", "rubbish");
  const rows = await stored();
  expect(rows.map((row) => row.content.body.text).slice(1)).toEqual(["One", "Two", "Three"]);
  expect(rows[1]?.content.site).toEqual({
    site: "shop.example",
    page: { url: `${SITE}/lamps`, title: "Lamps" },
    referrer: "https://search.example/",
    landing: `${SITE}/?utm_source=ads`,
    utm: { source: "ads" },
  });
  expect(rows[2]?.content.site).toBeUndefined();
});

test("a file as the first message is held to the same rules", async () => {
  world = await openWebchat({ settings: asking });
  const token = await world.visit();
  const upload = (details: string) => {
    const form = new FormData();
    form.append("id", randomUUID());
    form.append("details", details);
    form.append("file", new Blob(["%PDF-1.7 words"]), "a.pdf");
    return world.app.inject({ method: "POST", url: world.at("files"), headers: bearer(token), payload: form });
  };
  expect((await upload("{")).statusCode).toBe(422);
  expect((await upload(JSON.stringify({ phone: "+34600123456" }))).statusCode).toBe(422);
  expect((await upload(JSON.stringify({ phone: "+34600123456", consent: CONSENT }))).statusCode).toBe(200);
  expect((await stored()).at(-1)?.content.attachments).toHaveLength(1);
});

test("when nobody works the widget gets the form of closed hours, which asks for a way to answer", async () => {
  let clock = new Date("2026-11-28T20:00:00Z");
  const settings = { timezone: "Europe/Madrid", hours: "Mon-Fri 09:00-18:00", askPhone: "optional" };
  world = await openWebchat({ settings, now: () => clock });
  expect(await config()).toMatchObject({
    away: { isHidden: false, opensAt: "2026-11-30T08:00:00.000Z" },
    form: { when: "offline", name: "optional", phone: "optional", email: "required" },
  });
  const token = await world.visit();
  const refused = await write(token, "Call me", { form: "offline", phone: "+34600123456" });
  expect(refused.json()).toMatchObject({ error: { fields: { email: "missing" } } });
  await write(token, "Call me", { form: "offline", email: "Ana@Example.org" });
  expect((await conversation())?.customer.email).toBe("ana@example.org");
  expect((await stored()).at(-1)?.content.site).toMatchObject({ form: "offline" });
  clock = new Date("2026-11-30T08:00:00Z");
  expect(await config()).toMatchObject({ form: { when: "pre-chat" } });
  expect(await config()).not.toHaveProperty("away");
});

test("what is no looks of the widget does not leave the server", async () => {
  world = await openWebchat({ settings: { timezone: "Europe/Madrid", hours: "Mon-Fri 09:00-18:00", closed: "hide" } });
  expect(Object.keys(await config())).not.toEqual(expect.arrayContaining(["origins"]));
  for (const key of ["origins", "hours", "timezone", "country", "closed"])
    expect(await config()).not.toHaveProperty(key);
});

async function close(session: string | undefined, open = false) {
  const found = await conversation();
  if (!found) throw new Error("no conversation");
  await world.store.conversations.learn(found.portal, found.id, {
    open,
    ...(session !== undefined && { sessionId: session }),
  });
}

test("a closed conversation is rated once for its session, and the agents have a line of it", async () => {
  world = await openWebchat({ settings: { rating: "stars" } });
  const token = await world.visit();
  await write(token, "Hello");
  expect(await history(token)).not.toHaveProperty("rating");
  await close("77", true);
  expect((await post("ratings", token, { session: "77", value: 5 })).statusCode).toBe(409);
  await close("77");
  expect((await history(token)).rating).toEqual({ session: "77", scale: "stars" });
  for (const value of [0, 6, 2.5, "5"])
    expect((await post("ratings", token, { session: "77", value })).statusCode).toBe(400);
  expect((await post("ratings", token, { session: "76", value: 4 })).statusCode).toBe(409);
  expect((await post("ratings", token, { session: "77", value: 4 })).statusCode).toBe(204);
  expect((await post("ratings", token, { session: "77", value: 1 })).statusCode).toBe(204);
  expect((await history(token)).rating).toEqual({ session: "77", scale: "stars", value: 4 });
  expect(await bodies()).toEqual(["Hello", "Rated the conversation: ★★★★☆ (4 of 5)."]);
  expect((await stored())[1]?.content.site?.rating).toEqual({ scale: "stars", value: 4, session: "77" });
  expect((await history(token)).messages.map((one) => one.text)).toEqual(["Hello"]);
  await close("78");
  expect((await history(token)).rating).toEqual({ session: "78", scale: "stars" });
});

test("thumbs are up or down; without the setting nobody is asked", async () => {
  world = await openWebchat({ settings: { rating: "thumbs" } });
  const token = await world.visit();
  await write(token, "Hello");
  await close("1");
  expect((await post("ratings", token, { session: "1", value: 2 })).statusCode).toBe(400);
  expect((await post("ratings", token, { session: "1", value: 0 })).statusCode).toBe(204);
  expect((await bodies()).at(-1)).toBe("Rated the conversation: 👎");
  await world.close();
  world = await openWebchat();
  const other = await world.visit();
  await write(other, "Hello");
  await close("1");
  expect(await history(other)).not.toHaveProperty("rating");
});

test("a text being typed is passed on where the account shows it, and nowhere kept", async () => {
  world = await openWebchat({ settings: { livePreview: true } });
  const token = await world.visit();
  await write(token, "Hello");
  const heard: (string | undefined)[] = [];
  const visitor = (await conversation())?.externalChatId ?? "";
  world.hub.watch(world.account.id, visitor, (text) => heard.push(text));
  await post("typing", token, { text: "I am not su\u0000re" });
  await post("typing", token, { text: "" });
  await post("typing", token, {});
  await post("typing", token, { text: "x".repeat(5_000) });
  expect(heard).toEqual(["I am not sure", "", undefined, undefined]);
  expect(await bodies()).toEqual(["Hello"]);
  expect(world.logged.join("")).not.toContain("I am not su");
});

test("without the switch only the fact of typing is passed on", async () => {
  world = await openWebchat();
  const token = await world.visit();
  await write(token, "Hello");
  const heard: (string | undefined)[] = [];
  world.hub.watch(world.account.id, (await conversation())?.externalChatId ?? "", (text) => heard.push(text));
  await post("typing", token, { text: "secret thoughts" });
  expect(heard).toEqual([undefined]);
});
