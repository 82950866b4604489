import { afterAll, beforeAll, expect, it } from "vitest";
import { tellStatus } from "../emulators/whatsapp-cloud/messages.ts";
import { personWrites } from "../emulators/whatsapp-cloud/people.ts";
import { PNG } from "../support/bad-files.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { chatOf, journalOf, shownOf } from "./support.ts";

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
