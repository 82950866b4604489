import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { type Bus, createLocalBus } from "../../src/dispatch/bus.ts";
import { createSealedBus } from "../../src/dispatch/sealed-bus.ts";

const KEY = "a secret key of more than 32 characters";

let bus: Bus;
/** What went over the bus beneath, by topic. */
let raw: { readonly topic: string; readonly text: string }[];
let heard: string[];

beforeEach(() => {
  bus = createLocalBus((error) => {
    throw error;
  });
  raw = [];
  heard = [];
});

const listenRaw = (topic: string) => bus.subscribe(topic, (text) => void raw.push({ topic, text }));
const listen = (topic: string, key = KEY) =>
  createSealedBus(bus, key).subscribe(topic, (text) => void heard.push(text));
/** Notices are delivered after the publisher's own turn. */
const delivered = () => new Promise((resolve) => setImmediate(resolve));

async function sealed(topic: string, notice: string, key = KEY): Promise<Buffer> {
  listenRaw(topic);
  createSealedBus(bus, key).publish(topic, notice);
  await delivered();
  return Buffer.from(raw.at(-1)?.text ?? "", "base64");
}

describe("a bus that only processes with our key can read", () => {
  it("brings any notice whole, and none in clear", async () => {
    listen("t");
    listenRaw("t");
    const notices = ["", "a code: 12345", "ключ 🔑", "x".repeat(5_000_000)];
    for (const notice of notices) createSealedBus(bus, KEY).publish("t", notice);
    await delivered();
    expect(heard).toEqual(notices);
    expect(raw.every(({ text }) => !Buffer.from(text, "base64").toString("latin1").includes("12345"))).toBe(true);
  });

  it("never seals the same notice to the same bytes", async () => {
    expect(await sealed("t", "again")).not.toEqual(await sealed("t", "again"));
  });

  it("hears nothing that was made with another key", async () => {
    listen("t");
    createSealedBus(bus, "another secret key of 32 characters!").publish("t", "stranger");
    createSealedBus(bus, KEY).publish("t", "ours");
    await delivered();
    expect(heard).toEqual(["ours"]);
  });

  it("hears nothing that was taken from another topic and played there again", async () => {
    listen("answers");
    bus.publish("answers", (await sealed("questions", "log out")).toString("base64"));
    createSealedBus(bus, KEY).publish("answers", "ours");
    await delivered();
    expect(heard).toEqual(["ours"]);
  });

  it("passes on what is played again on its own topic: who acts on notices remembers their ids", async () => {
    listen("t");
    const notice = await sealed("t", "once");
    bus.publish("t", notice.toString("base64"));
    await delivered();
    expect(heard).toEqual(["once", "once"]);
  });

  it("notices every single changed byte, and every cut", async () => {
    const whole = await sealed("t", "notice");
    listen("t");
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 1;
      bus.publish("t", changed.toString("base64"));
      bus.publish("t", whole.subarray(0, at).toString("base64"));
    }
    for (const odd of ["", "not base64 at all!", "{}", randomBytes(2_000_000).toString("base64")])
      bus.publish("t", odd);
    bus.publish("t", Buffer.concat([whole, Buffer.from("more")]).toString("base64"));
    await delivered();
    expect(heard).toEqual([]);
  });

  it("passes over what is longer than any notice of ours, even one that was sealed well", async () => {
    const whole = await sealed("t", "x".repeat(25 * 1024 * 1024));
    listen("t");
    bus.publish("t", whole.toString("base64"));
    createSealedBus(bus, KEY).publish("t", "ours");
    await delivered();
    expect(heard).toEqual(["ours"]);
  });

  it("stops when asked to", async () => {
    const stop = listen("t");
    stop();
    createSealedBus(bus, KEY).publish("t", "late");
    await delivered();
    expect(heard).toEqual([]);
  });
});
