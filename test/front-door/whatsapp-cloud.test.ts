import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tellStatus } from "../emulators/whatsapp-cloud/messages.ts";
import { personWrites } from "../emulators/whatsapp-cloud/people.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { chatOf, journalOf, PNG, postSigned, SVG, shownOf } from "./support.ts";

/** The whole application between an emulated Cloud API and an emulated portal: nothing but what they see of each other. */

let world: World;
let account: ApiAccount;
const cloud = () => world.vendors.whatsappCloud;
const portal = () => world.portal.portal();
const fromCustomer = (waId: string) => shownOf(world, waId).filter((message) => message.from === "customer");

beforeAll(async () => {
  world = await World.start({ publicUrl: "https://threadline.example" });
  await world.install();
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = cloud().business();
  account = await world.connect({
    channel: "whatsapp-cloud",
    credentials: { phoneNumberId, businessAccountId, accessToken, appSecret },
  });
}, 60_000);
afterAll(() => world.stop());

it("is connected: Meta has asked our address, and the number points to it", async () => {
  expect(cloud().business().override).toBe(`https://threadline.example/channels/whatsapp-cloud/${account.id}`);
  expect(await world.api(`/api/accounts/${account.id}`)).toMatchObject({ connection: { kind: "connected" } });
});

it("brings words and files into the line, and the answer with its file back, and tells each side what arrived", async () => {
  const { waId } = cloud().addPerson({ name: "Anna Weber" });
  personWrites(cloud().business(), waId, { text: "Is *this* one in stock?" });
  personWrites(cloud().business(), waId, { image: { bytes: PNG, mime: "image/png", caption: "the chair" } });
  await until(() => fromCustomer(waId).length === 2, 20_000, "both messages in the line");
  expect(fromCustomer(waId).map((message) => message.text)).toEqual(["Is [b]this[/b] one in stock?", "the chair"]);

  const written = portal().operatorWrites(chatOf(world, waId), {
    text: "[b]Yes[/b], 3 of them",
    files: [{ name: "list.pdf", type: "application/pdf", content: Buffer.from("%PDF-1.4 a list") }],
  });
  await until(() => cloud().sentTo(waId).length === 1, 20_000, "the answer");
  expect(cloud().sentTo(waId)[0]).toMatchObject({ type: "document", text: "*Yes*, 3 of them", state: "delivered" });
  await until(() => !written.sending, 20_000, "the portal to be told that it arrived");
  for (const message of cloud().sentTo(waId)) tellStatus(cloud().business(), message, "read");
  await until(
    async () => (await journalOf(world)).some((message) => message.direction === "out" && message.state === "read"),
    10_000,
    "the journal to say that it was read",
  );
});

it("settles what went out although its answer was lost, and never sends it twice", async () => {
  const { waId } = cloud().addPerson({ name: "Carl" });
  personWrites(cloud().business(), waId, { text: "Hello?" });
  await until(() => fromCustomer(waId).length === 1, 20_000, "the question");
  cloud().fault({ kind: "drop-after", operation: "messages" });
  const written = portal().operatorWrites(chatOf(world, waId), { text: "Hello Carl" });
  const inJournal = async () => (await journalOf(world)).find((message) => message.text === "Hello Carl");
  await until(async () => (await inJournal())?.state === "delivered", 20_000, "Meta's word to settle it");
  await until(() => !written.sending, 20_000, "the portal to be told that it arrived");
  expect(cloud().sentTo(waId)).toHaveLength(1);
  expect(await inJournal()).toMatchObject({ attempts: 1, error: null });
});

it("takes nothing that is not signed, a replayed webhook once, and fields of unknown kinds in peace", async () => {
  const { waId } = cloud().addPerson({ name: "Ben" });
  const business = cloud().business();
  const path = `/channels/whatsapp-cloud/${account.id}`;
  const sign = (body: Buffer) => ({
    "x-hub-signature-256": `sha256=${createHmac("sha256", business.appSecret).update(body).digest("hex")}`,
  });
  // The emulator tells it too: three times in all.
  const raw = Buffer.from(JSON.stringify(personWrites(business, waId, { text: "once" }).body));
  expect(await postSigned(world, path, raw, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` })).toBe(401);
  expect(await postSigned(world, path, Buffer.concat([raw, Buffer.from(" ")]), sign(raw))).toBe(401);
  expect(await postSigned(world, path, raw, {})).toBe(401);
  expect(await postSigned(world, path, raw, sign(raw))).toBe(200);
  expect(await postSigned(world, path, raw, sign(raw))).toBe(200);
  const odd = Buffer.from(
    '{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"invented","value":1}]}]}',
  );
  expect(await postSigned(world, path, odd, sign(odd))).toBe(200);
  personWrites(business, waId, { text: "after" });
  await until(() => fromCustomer(waId).some((message) => message.text === "after"), 20_000, "the later message");
  expect(fromCustomer(waId).map((message) => message.text)).toEqual(["once", "after"]);
});

it("shows bad input safely and loses nothing of what can be read", async () => {
  const { waId } = cloud().addPerson({ name: "👑👑" });
  const business = cloud().business();
  const long = "word ".repeat(20_000).trim();
  personWrites(business, waId, { text: "half \ud83d and \u202egnp.exe" });
  personWrites(business, waId, { text: long });
  const bomb = Buffer.alloc(200_000);
  Buffer.from("PK\u0003\u0004").copy(bomb);
  personWrites(business, waId, { image: { bytes: SVG, mime: "image/png" } });
  personWrites(business, waId, {
    document: { bytes: Buffer.from("<html><script>1</script>"), mime: "text/html", filename: "page.html" },
  });
  personWrites(business, waId, {
    document: { bytes: Buffer.from("MZ"), mime: "image/jpeg", filename: "\u202egpj.exe" },
  });
  personWrites(business, waId, { document: { bytes: bomb, mime: "application/zip", filename: "bomb.zip" } });
  personWrites(business, waId, { raw: { type: "image", image: { id: "999", mime_type: "image/png" } } });
  personWrites(business, waId, { raw: { type: "hologram", hologram: {} } });
  personWrites(business, waId, { text: "the end" });
  await until(() => fromCustomer(waId).some((message) => message.text === "the end"), 40_000, "the last message");
  const texts = fromCustomer(waId).map((message) => message.text);
  expect(texts[0]?.isWellFormed()).toBe(true);
  expect(texts.join(" ").match(/word/g)).toHaveLength(20_000);
  const kept = fromCustomer(waId)
    .flatMap((message) => message.fileIds)
    .map((id) => portal().portal.files.get(id)?.meta);
  expect(kept.length).toBe(4);
  expect(JSON.stringify(kept)).not.toMatch(/text\/html|svg\+xml|\u202e/);
  expect(texts.filter((text) => /no longer has this file|cannot be shown here/.test(text)).length).toBe(2);
}, 60_000);
