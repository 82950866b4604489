import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredMessage } from "../emulators/viber/types.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { chatOf, journalOf, PNG, postSigned, SVG, shownOf } from "./support.ts";

/** The whole application between an emulated Viber and an emulated portal: nothing but what they see of each other. */

let world: World;
let account: ApiAccount;
const viber = () => world.vendors.viber;
const portal = () => world.portal.portal();
const fromCustomer = (person: string) => shownOf(world, person).filter((message) => message.from === "customer");

beforeAll(async () => {
  world = await World.start({ publicUrl: "https://threadline.example" });
  await world.install();
  account = await world.connect({ channel: "viber", credentials: { token: viber().bot.token } });
}, 60_000);
afterAll(() => world.stop());

it("is connected by its token alone: Viber has proved that it reaches us", async () => {
  expect(viber().bot.webhook).toBe(`https://threadline.example/channels/viber/${account.id}`);
  expect(await world.api(`/api/accounts/${account.id}`)).toMatchObject({ connection: { kind: "connected" } });
});

it("brings words and files into the line, and the answer with its file back, and tells each side what arrived", async () => {
  const person = viber().addPerson({ name: "Anna Weber" });
  await viber().bot.write(person.id, { type: "text", text: "Is *this* one in stock?" });
  await viber().bot.write(person.id, {
    type: "picture",
    text: "",
    media: viber().host(PNG, "chair.png"),
    file_name: "chair.png",
    size: PNG.length,
  });
  await until(() => fromCustomer(person.id).length === 2, 20_000, "both messages in the line");
  const [words, picture] = fromCustomer(person.id);
  expect(words?.text).toBe("Is [b]this[/b] one in stock?");
  const file = portal().portal.files.get(picture?.fileIds[0] ?? 0);
  expect(file?.meta).toMatchObject({ type: "image/png" });

  const written = portal().operatorWrites(chatOf(world, person.id), {
    text: "[b]Yes[/b], 3 of them",
    files: [{ name: "list.pdf", type: "application/pdf", content: Buffer.from("%PDF-1.4 a list") }],
  });
  const got = (): StoredMessage[] => viber().sentTo(person.id);
  await until(() => got().some((message) => message.body["type"] === "file" && message.bytes), 20_000, "the answer");
  expect(got().map((message) => message.body)).toMatchObject([
    { type: "file", file_name: expect.stringContaining("list") },
    { type: "text", text: "*Yes*, 3 of them" },
  ]);
  expect(got()[0]?.bytes?.toString()).toBe("%PDF-1.4 a list");
  await until(() => !written.sending, 20_000, "the portal to be told that it arrived");

  for (const event of ["delivered", "seen"] as const)
    for (const { token } of got()) await viber().bot.receipt(event, token);
  await until(
    async () => (await journalOf(world)).some((message) => message.direction === "out" && message.state === "read"),
    10_000,
    "the journal to say that it was read",
  );
});

it("takes nothing that is not signed, a replayed callback once, and callbacks of unknown kinds in peace", async () => {
  const person = viber().addPerson({ name: "Ben" });
  const path = `/channels/viber/${account.id}`;
  const callback = {
    event: "message",
    timestamp: Date.now(),
    message_token: "4912661846655239999",
    sender: person,
    message: { type: "text", text: "once" },
  };
  const { raw, signature } = viber().bot.sign(callback);
  const header = { "x-viber-content-signature": signature };
  expect(await postSigned(world, path, raw, { "x-viber-content-signature": "0".repeat(64) })).toBe(401);
  expect(await postSigned(world, path, Buffer.concat([raw, Buffer.from(" ")]), header)).toBe(401);
  expect(await postSigned(world, path, raw, {})).toBe(401);
  expect(await postSigned(world, path, raw, header)).toBe(200);
  expect(await postSigned(world, path, raw, header)).toBe(200);
  const odd = viber().bot.sign({ event: "invented_later", timestamp: 1, message_token: "7" });
  expect(await postSigned(world, path, odd.raw, { "x-viber-content-signature": odd.signature })).toBe(200);
  await viber().bot.write(person.id, { type: "text", text: "after" });
  await until(() => fromCustomer(person.id).some((message) => message.text === "after"), 20_000, "the later message");
  expect(fromCustomer(person.id).map((message) => message.text)).toEqual(["once", "after"]);
});

it("shows bad input safely and loses nothing of what can be read", async () => {
  const person = viber().addPerson({ name: "👑👑" });
  const long = "word ".repeat(20_000).trim();
  await viber().bot.write(person.id, { type: "text", text: `half \ud83d and \u202egnp.exe` });
  await viber().bot.write(person.id, { type: "text", text: long });
  const files = [
    { type: "picture", file_name: "logo.png", media: viber().host(SVG, "logo.png") },
    { type: "file", file_name: "page.html", media: viber().host(Buffer.from("<html><script>1</script>"), "page.html") },
    { type: "file", file_name: "\u202egpj.exe", media: viber().host(Buffer.from("MZ not a picture"), "x.exe") },
    {
      type: "picture",
      file_name: "gone.png",
      media: viber()
        .host(PNG, "a.png")
        .replace(/files\/\d+/, "files/999"),
    },
    { type: "picture", file_name: "far.png", media: "https://elsewhere.example/far.png" },
  ];
  for (const file of files) await viber().bot.write(person.id, { text: "", size: 10, ...file });
  await viber().bot.write(person.id, { type: "text", text: "the end" });
  await until(() => fromCustomer(person.id).some((message) => message.text === "the end"), 40_000, "the last message");
  const texts = fromCustomer(person.id).map((message) => message.text);
  expect(texts[0]?.isWellFormed()).toBe(true);
  expect(texts.join(" ").match(/word/g)).toHaveLength(20_000);
  const kept = fromCustomer(person.id)
    .flatMap((message) => message.fileIds)
    .map((id) => portal().portal.files.get(id)?.meta);
  expect(kept.length).toBe(3);
  expect(JSON.stringify(kept)).not.toMatch(/text\/html|svg\+xml|\u202e/);
  expect(texts.filter((text) => /no longer has this file|not opened/.test(text)).length).toBe(2);
}, 60_000);
