import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EmulatorOptions, startWhatsappCloudEmulator, type WhatsappCloudEmulator } from "./emulator.ts";
import { personWrites, phoneWrites } from "./people.ts";

let emulator: WhatsappCloudEmulator;
const start = async (options: EmulatorOptions = {}): Promise<WhatsappCloudEmulator> => {
  emulator = await startWhatsappCloudEmulator(options);
  return emulator;
};
afterEach(() => emulator.close());

async function call(path: string, body?: unknown, token = emulator.business().accessToken): Promise<unknown> {
  const response = await fetch(`${emulator.url}/${path}`, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const write = (waId: string, rest: object = { type: "text", text: { body: "Hi" } }) =>
  call(`v26.0/${emulator.business().phoneNumberId}/messages`, { messaging_product: "whatsapp", to: waId, ...rest });
/** The names of all fields, each with those above it. */
const namesIn = (value: unknown, above = ""): string[] =>
  typeof value !== "object" || value === null
    ? [above]
    : Object.entries(value).flatMap(([name, inner]) => namesIn(inner, `${above}.${name}`));
const error = (code: number) => ({ error: { code } });

describe("the emulated Cloud API", () => {
  it("answers a message with its id, and refuses other tokens, numbers and versions", async () => {
    await start();
    const { waId } = emulator.addPerson();
    expect(await write(waId)).toMatchObject({ status: 200, messages: [{ id: expect.stringMatching(/^wamid\./) }] });
    expect(await call("v26.0/1/messages", { messaging_product: "whatsapp" })).toMatchObject(error(100));
    expect(await call("26/1/messages", {})).toMatchObject(error(2500));
    expect(await call("v26.0/1", undefined, "x")).toMatchObject({ status: 401, ...error(190) });
  });

  it.each([
    ["a misspelt name", { type: "text", text: { body: "Hi", preview: true } }],
    ["a text that is too long", { type: "text", text: { body: "x".repeat(4_097) } }],
    ["an empty text", { type: "text", text: { body: "" } }],
    ["a quoted id that is none", { type: "text", text: { body: "Hi" }, context: { message_id: "5" } }],
    ["a file it does not have", { type: "image", image: { id: "5" } }],
    [
      "a button that is too long",
      {
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "?" },
          action: { buttons: [{ type: "reply", reply: { id: "1", title: "x".repeat(21) } }] },
        },
      },
    ],
    ["opaque data that is too long", { type: "text", text: { body: "Hi" }, biz_opaque_callback_data: "x".repeat(513) }],
  ])("refuses %s", async (_name, body) => {
    await start();
    const { waId } = emulator.addPerson();
    expect(await write(waId, body)).toMatchObject({ status: 400 });
    expect(emulator.business().sent).toEqual([]);
  });

  it("keeps the pair rate: bursts are paid for by the time after them", async () => {
    let now = 1_000_000;
    await start({ now: () => now });
    const { waId } = emulator.addPerson();
    for (let n = 0; n < 45; n += 1) expect(await write(waId)).toMatchObject({ status: 200 });
    expect(await write(waId)).toMatchObject(error(131056));
    now += 45 * 6_000 - 1;
    expect(await write(waId)).toMatchObject(error(131056));
    now += 1;
    for (let n = 0; n < 3; n += 1) {
      expect(await write(waId)).toMatchObject({ status: 200 });
      now += 6_000;
    }
  });

  it("keeps the throughput of a number", async () => {
    await start({ now: () => 1_000_000, limits: { perSecond: 3 } });
    for (let n = 0; n < 3; n += 1) expect(await write(emulator.addPerson().waId)).toMatchObject({ status: 200 });
    expect(await write(emulator.addPerson().waId)).toMatchObject({ status: 429, ...error(130429) });
  });

  it("signs webhooks over the bytes it sends and repeats them until they are taken", async () => {
    const answers = [500, 200, 200];
    const got: { readonly body: Buffer; readonly signature: unknown }[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        got.push({ body, signature: request.headers["x-hub-signature-256"] });
        response.statusCode = answers.shift() ?? 200;
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const callback = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, verifyToken: "t" };
    await start({ businesses: [{ callback }], webhookDelay: () => 1 });
    const business = emulator.business();
    const { waId } = emulator.addPerson();
    personWrites(business, waId, { text: "before the app is subscribed" });
    await call(`v26.0/${business.businessAccountId}/subscribed_apps`, {});
    const { body } = personWrites(business, waId, { text: "after" });
    await vi.waitFor(() => expect(emulator.attempts()).toMatchObject([{ status: 500 }, { status: 200 }]));
    for (const one of got) {
      expect(JSON.parse(one.body.toString())).toEqual(body);
      const signature = createHmac("sha256", business.appSecret).update(one.body).digest("hex");
      expect(one.signature).toBe(`sha256=${signature}`);
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("tells of what the shop's own phone answers, as the documentation shapes it", async () => {
    await start();
    const { waId } = emulator.addPerson();
    const told = phoneWrites(emulator.business(), waId, { text: "From the shop's phone" });
    const path = new URL("../../fixtures/whatsapp-cloud/webhooks.json", import.meta.url);
    const { echo } = JSON.parse(await readFile(path, "utf8")) as { readonly echo: unknown };
    expect(namesIn(told).sort()).toEqual(namesIn(echo).sort());
  });

  it("is steered by HTTP", async () => {
    await start();
    const person = (await call("_emulator/people", { name: "Bo" })) as { waId: string };
    const { id } = (await call("_emulator/write", { waId: person.waId, text: "Hello" })) as { id: string };
    expect(await call("_emulator/react", { waId: person.waId, message: id, emoji: "👍" })).toMatchObject({
      status: 200,
    });
    const templates = [{ name: "new", language: "en", status: "PAUSED", components: [{ type: "BODY", text: "Hi" }] }];
    await call("_emulator/templates", { templates });
    await call("_emulator/quality", { rating: "RED" });
    expect([emulator.business().templates, emulator.business().quality]).toEqual([templates, "RED"]);
    await call("_emulator/faults", { kind: "error", code: 131026 });
    expect(await write(person.waId)).toMatchObject(error(131026));
    expect(await write(person.waId)).toMatchObject({ status: 200 });
    const [sent] = emulator.business().sent;
    await call("_emulator/read", { message: sent?.id });
    expect(await call("_emulator/state")).toMatchObject({
      numbers: [{ people: [{ name: "Bo" }], sent: [{ text: "Hi", state: "read" }] }],
    });
    expect(await call("_emulator/write", { waId: 5 })).toMatchObject({ status: 400 });
  });
});
