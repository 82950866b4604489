import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startViberEmulator, type ViberEmulator } from "./emulator.ts";
import type { Json, Person } from "./types.ts";

/** That the emulator is as strict as the documentation: an adapter that passes against a lenient one proves nothing. */

let viber: ViberEmulator;
let person: Person;
beforeEach(async () => {
  viber = await startViberEmulator();
  viber.bot.webhook = "https://app.example/hook";
  person = viber.addPerson();
});
afterEach(() => viber.close());

async function post(method: string, body: unknown, token: string | undefined = viber.bot.token): Promise<Json> {
  const response = await fetch(`${viber.url}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token !== "" && { "x-viber-auth-token": token }) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return response.status === 200 ? { ...(JSON.parse(text) as Json), text } : { http: response.status };
}

const message = (fields: Json): Json => ({ receiver: person.id, sender: { name: "Shop" }, type: "text", ...fields });
const statusOf = async (fields: Json): Promise<unknown> => (await post("send_message", message(fields)))["status"];

describe("the emulated Viber", () => {
  it("asks for the token, and knows its methods", async () => {
    expect(await post("get_account_info", {}, "")).toMatchObject({ status: 2, status_message: "missing_auth_token" });
    expect(await post("get_account_info", {}, "wrong")).toMatchObject({
      status: 2,
      status_message: "invalidAuthToken",
    });
    expect(await post("get_account_info", {})).toMatchObject({ status: 0, name: "Shop Support" });
    expect(await post("forward_message", {})).toEqual({ http: 404 });
  });

  it("answers with tokens of 64 bits as bare numbers", async () => {
    const { text } = await post("send_message", message({ text: "Hello" }));
    expect(text).toMatch(/"message_token":49126618466552381\d\d,/);
  });

  it.each([
    ["no text", {}, 3],
    ["an empty text", { text: "" }, 3],
    ["7,001 characters", { text: "x".repeat(7_001) }, 3],
    ["a field that is misspelt", { text: "x", trackingData: "y" }, 3],
    ["no sender", { text: "x", sender: undefined }, 4],
    ["a sender of 29 characters", { text: "x", sender: { name: "x".repeat(29) } }, 3],
    ["a type that is not documented", { type: "voice", media: "https://a.example/b.ogg" }, 3],
    ["a picture whose address ends in nothing", { type: "picture", text: "", media: "https://a.example/b" }, 3],
    [
      "a description of 769 characters",
      { type: "picture", text: "x".repeat(769), media: "https://a.example/b.png" },
      3,
    ],
    ["a video of 27 MB", { type: "video", size: 27 * 1024 * 1024, media: "https://a.example/b.mp4" }, 3],
    ["a video of 181 s", { type: "video", size: 1, duration: 181, media: "https://a.example/b.mp4" }, 3],
    ["a file of 51 MB", { type: "file", size: 51 * 1024 * 1024, media: "https://a.example/b", file_name: "b.pdf" }, 3],
    ["a program", { type: "file", size: 1, media: "https://a.example/b", file_name: "b.exe" }, 3],
    ["a place off the earth", { type: "location", location: { lat: 91, lon: 0 } }, 3],
    ["a contact without a number", { type: "contact", contact: { name: "A", phone_number: "" } }, 3],
    ["somebody unknown", { text: "x", receiver: "nobody" }, 5],
    ["a level that the person's Viber lacks", { text: "x", min_api_version: 11 }, 13],
  ])("refuses %s", async (_case, fields, status) => {
    expect(await statusOf(fields)).toBe(status);
    expect(viber.bot.messages).toEqual([]);
  });

  it("refuses keyboards that phones would not show", async () => {
    const keyboard = (Buttons: readonly Json[]) => ({ text: "x", keyboard: { Type: "keyboard", Buttons } });
    const button = { Columns: 6, Rows: 1, ActionType: "reply", ActionBody: "a", Text: "a" };
    expect(await statusOf(keyboard([button]))).toBe(0);
    expect(await statusOf(keyboard([]))).toBe(3);
    expect(await statusOf(keyboard([{ ...button, Columns: 7 }]))).toBe(3);
    expect(await statusOf(keyboard([{ ...button, ActionType: "call" }]))).toBe(3);
    expect(await statusOf(keyboard(Array.from({ length: 13 }, () => button)))).toBe(3);
    expect(await statusOf(keyboard([{ ...button, ActionType: "share-phone" }]))).toBe(14);
    expect(await statusOf({ ...keyboard([{ ...button, ActionType: "share-phone" }]), min_api_version: 3 })).toBe(0);
    expect(await statusOf({ text: "x", keyboard: { Buttons: [button] } })).toBe(3);
  });

  it("refuses a request of more than 30 kB and one that is not JSON", async () => {
    expect(
      await post("send_message", message({ text: "界".repeat(7_000), tracking_data: "x".repeat(4_000) })),
    ).toMatchObject({
      status: 0,
    });
    const pad = " ".repeat(30_001);
    expect(await post("send_message", JSON.stringify(message({ text: "x" })) + pad)).toMatchObject({ status: 3 });
    expect(await post("send_message", "{")).toMatchObject({ status: 3 });
  });

  it("refuses to write before a webhook is set, and to set one that is not https or does not answer", async () => {
    viber.bot.webhook = "";
    expect(await statusOf({ text: "x" })).toBe(10);
    expect(await post("set_webhook", { url: "http://app.example/hook" })).toMatchObject({ status: 1 });
    expect(await post("set_webhook", { url: "https://127.0.0.1:1/hook" })).toMatchObject({ status: 1 });
    expect(await post("set_webhook", { url: "https://a.example/", event_types: ["everything"] })).toMatchObject({
      status: 3,
    });
  });

  it("counts 100 messages an hour to who does not answer", async () => {
    await viber.close();
    let now = 0;
    viber = await startViberEmulator({ now: () => now, perPersonPerHour: 2 });
    viber.bot.webhook = "https://app.example/hook";
    person = viber.addPerson();
    expect([await statusOf({ text: "1" }), await statusOf({ text: "2" }), await statusOf({ text: "3" })]).toEqual([
      0, 0, 12,
    ]);
    now = 3_600_000;
    expect(await statusOf({ text: "4" })).toBe(0);
  });

  it("signs what it posts and repeats it until it hears 200", async () => {
    const seen: { raw: string; signature: unknown }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        seen.push({ raw: Buffer.concat(chunks).toString(), signature: request.headers["x-viber-content-signature"] });
        response.writeHead(seen.length === 1 ? 500 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    viber.origins.set("https://app.example", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await viber.bot.write(person.id, { type: "text", text: "hi" });
    await new Promise<void>((resolve) => server.close(() => resolve()));
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual(seen[1]);
    const [first] = seen;
    expect(first?.signature).toBe(
      createHmac("sha256", viber.bot.token)
        .update(first?.raw ?? "")
        .digest("hex"),
    );
    expect(viber.bot.attempts.map((one) => one.status)).toEqual([500, 200]);
  });

  it("finds a file whose bytes, size or address are not what the message says", async () => {
    const png = Buffer.concat([Buffer.from([0x89]), Buffer.from("PNG"), Buffer.alloc(8)]);
    const send = async (fields: Json) => await post("send_message", message({ text: undefined, ...fields }));
    await send({ type: "picture", text: "", media: viber.host(png, "a.png") });
    await send({ type: "picture", text: "", media: viber.host(png, "a.jpg") });
    await send({ type: "file", size: 5, file_name: "a.pdf", media: viber.host(png, "a.pdf") });
    await send({
      type: "file",
      size: 12,
      file_name: "a.pdf",
      media: viber.host(png, "a.pdf").replace("/files/4", "/files/9"),
    });
    await viber.bot.settled();
    expect(viber.bot.messages.map((one) => one.failure)).toEqual([
      undefined,
      "The file is not of the type its address says",
      "The size is not the file's",
      "The file's address answered 404",
    ]);
  });

  it("is steered by HTTP: people, files, messages, receipts, faults, limits", async () => {
    const control = async (path: string, body?: unknown): Promise<Json> => {
      const response = await fetch(`${viber.url.replace("/pa", "")}/_emulator/${path}`, {
        method: body === undefined ? "GET" : "POST",
        ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      return { http: response.status, ...((await response.json()) as Json) };
    };
    const added = await control("people", { name: "Remote" });
    const id = String(added["id"]);
    const { url } = await control("files", { base64: Buffer.from("x").toString("base64"), name: "a.txt" });
    expect(await (await fetch(String(url))).text()).toBe("x");
    expect(await control("write", { person: id, message: { type: "text", text: "hi" } })).toMatchObject({ http: 200 });
    const { message_token: token } = await post("send_message", message({ receiver: id, text: "yo" }));
    expect(await control("receipt", { token: String(viber.sentTo(id)[0]?.token), event: "seen" })).toMatchObject({
      http: 200,
    });
    expect(token).toBeDefined();
    await control("limits", { perTenSeconds: 1 });
    expect(await statusOf({ receiver: id, text: "no" })).toBe(12);
    await control("limits", {});
    await control("faults", { kind: "error", status: 7, method: "send_message" });
    expect(await statusOf({ receiver: id, text: "no" })).toBe(7);
    expect(await control("write", { person: 1 })).toMatchObject({ http: 400 });
    const state = (await control("state")) as { readonly bots?: readonly Json[] };
    expect(state.bots?.[0]?.["messages"]).toMatchObject([{ body: { text: "hi" } }, { body: { text: "yo" } }]);
  });
});
