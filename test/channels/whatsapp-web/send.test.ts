import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { coldLimit, createBudget } from "../../../src/channels/whatsapp-web/budget.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { attachment, outgoing } from "../../contract/channel-harness.ts";
import { sampleFile } from "../telegram/harness.ts";
import { CUSTOMER, memoryOf } from "./account.ts";
import { type Setup, type SetupOptions, setUp } from "./harness.ts";

const DAY = 24 * 60 * 60 * 1_000;
const say = (chatId: string, words: string) => outgoing(chatId, { body: plainText(words), attachments: [] });

describe("the budget of first messages", () => {
  it("grows with the age of the link and has an end", () => {
    expect([0, 1, 5, 1_000].map((days) => coldLimit(days * DAY))).toEqual([5, 8, 20, 50]);
  });

  it("is counted over restarts and begins anew each day", async () => {
    const store = new Map<string, Buffer>();
    let now = new Date("2026-03-01T12:00:00Z");
    const make = () =>
      createBudget(
        memoryOf(store),
        () => Promise.resolve(new Date("2026-03-01T00:00:00Z")),
        () => now,
      );
    for (let at = 0; at < 5; at += 1) expect(await make().takeCold()).toBe(true);
    expect(await make().takeCold()).toBe(false);
    now = new Date("2026-03-02T00:00:01Z");
    expect(await make().takeCold()).toBe(true);
  });
});

describe("sending from a linked account", () => {
  let setup: Setup | undefined;
  const start = async (options: SetupOptions = {}): Promise<Setup> => {
    setup = await setUp(options);
    return setup;
  };
  afterEach(async () => {
    await setup?.close();
    setup = undefined;
  });

  it("to strangers only as often as a day allows; answers are not counted", async () => {
    const { cloud, session, news } = await start();
    await news(() => cloud.write(CUSTOMER.pn, { text: "hello" }));
    const strangers = Array.from({ length: 6 }, (_, at) => `49151000000${at}0@c.us`);
    for (const pn of strangers) cloud.addPerson({ pn, name: "Stranger" });
    const outcomes: string[] = [];
    for (const pn of strangers) outcomes.push((await session.send(say(pn, "Good day"), "k")).kind);
    expect(outcomes).toEqual(["sent", "sent", "sent", "sent", "sent", "refused"]);
    expect(await session.send(say(CUSTOMER.pn, "An answer"), "k")).toMatchObject({ kind: "sent" });
    expect(cloud.sentTo(strangers[5] ?? "")).toEqual([]);
  });

  it("knows who wrote long ago by their chat", async () => {
    const { cloud, session, host } = await start();
    cloud.write(CUSTOMER.pn, { text: "years ago", at: 1_500_000_000, silent: true });
    expect(await session.send(say(CUSTOMER.pn, "Good day"), "k")).toMatchObject({ kind: "sent" });
    expect(host.store.has("budget")).toBe(false);
  });

  it("one at a time, with a person's pauses", async () => {
    const waits: number[] = [];
    const { cloud, session } = await start({
      parts: {
        wait: (ms) => {
          waits.push(ms);
          return Promise.resolve();
        },
        random: () => 0.5,
      },
    });
    cloud.write(CUSTOMER.pn, { text: "hi", at: 1_500_000_000, silent: true });
    const words = Array.from({ length: 10 }, (_, at) => `Message ${at}`);
    await Promise.all(words.map((one) => session.send(say(CUSTOMER.pn, one), "k")));
    expect(cloud.sentTo(CUSTOMER.pn).map((one) => one.data.body)).toEqual(words);
    expect(waits).toHaveLength(10);
    for (const ms of waits) expect(ms).toBeGreaterThan(1_000);
  });

  it("voice, stickers and documents as what they are, and leaves no file behind", async () => {
    const { cloud, session, folder, account } = await start();
    cloud.write(CUSTOMER.pn, { text: "hi", at: 1_500_000_000, silent: true });
    for (const kind of ["voice", "sticker", "file", "photo"] as const) {
      const sample = sampleFile(kind);
      const message = outgoing(CUSTOMER.pn, { body: plainText(""), attachments: [attachment(kind, sample)] }, [sample]);
      expect(await session.send(message, "k")).toMatchObject({ kind: "sent" });
    }
    expect(cloud.sentTo(CUSTOMER.pn).map((one) => one.data.type)).toEqual(["ptt", "sticker", "document", "image"]);
    expect(await readdir(join(folder, account.id))).toEqual(["profile"]);
  });

  it("says which part of a message did not go", async () => {
    const { cloud, session } = await start();
    cloud.write(CUSTOMER.pn, { text: "hi", at: 1_500_000_000, silent: true });
    const place = { latitude: 52.5, longitude: 13.4 };
    const contacts = [{ name: "Ben", phones: ["+4915155555555"], emails: [] }];
    cloud.fault("none");
    cloud.fault("not-on-whatsapp");
    const message = outgoing(CUSTOMER.pn, { body: plainText(""), attachments: [], place, contacts });
    const outcome = await session.send(message, "k");
    expect(outcome).toMatchObject({ kind: "uncertain", sentence: expect.stringContaining("1 of 2 parts") });
    expect(outcome.kind === "uncertain" && outcome.externalIds).toHaveLength(1);
  });

  it("changes and takes back only what WhatsApp still lets it", async () => {
    const { cloud, session } = await start();
    const old = cloud.write(CUSTOMER.pn, { text: "old", fromMe: true, at: 1_500_000_000, silent: true });
    const change = {
      chatId: CUSTOMER.pn,
      externalIds: [old.id._serialized],
      content: { body: plainText("new"), attachments: [] },
    };
    expect(await session.edit?.(change)).toMatchObject({
      kind: "refused",
      sentence: expect.stringContaining("15 minutes"),
    });
    expect(await session.remove?.(change)).toMatchObject({
      kind: "refused",
      sentence: expect.stringContaining("two days"),
    });
    expect(cloud.sentTo(CUSTOMER.pn)).toHaveLength(1);
  });

  it("tells found, nobody and unknown apart", async () => {
    const { cloud, session } = await start();
    expect(await session.findPerson?.({ phone: "+4915112345678" })).toMatchObject({
      kind: "found",
      chatId: CUSTOMER.pn,
    });
    expect(await session.findPerson?.({ phone: "+4915100000000" })).toMatchObject({ kind: "nobody" });
    expect(await session.findPerson?.({ username: "anna" })).toMatchObject({ kind: "unknown" });
    cloud.setState("TIMEOUT");
    expect(await session.findPerson?.({ phone: "+4915112345678" })).toMatchObject({ kind: "unknown" });
  });
});
