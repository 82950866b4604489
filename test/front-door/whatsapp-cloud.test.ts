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

it("is written first by a template: it stands in the line under who wrote, one lead has the phone, the answer goes on there", async () => {
  const { waId } = cloud().addPerson({ name: "Dora" });
  const phone = `+${waId}`;
  const { version } = await world.api<{ version: number }>("/api/rules");
  const content = { owner: { who: "rules" }, chats: { first: { make: "lead" }, repeat: { make: "nothing" } } };
  await world.api("/api/rules", { method: "PUT", body: { ruleset: content, basedOn: version, note: "" } });
  const found = await world.api<{ kind: string; mayWrite: string }>("/api/people/find", {
    method: "POST",
    body: { account: account.id, phone },
  });
  expect(found).toMatchObject({ kind: "found", mayWrite: "template", conversation: null });
  const [template] = await world.api<{ name: string; language: string; body: string; gaps: number }[]>(
    `/api/accounts/${account.id}/templates`,
  );
  if (!template) throw new Error("the business has no template");
  const { name, language, body, gaps } = template;
  const text = body.replaceAll(/\{\{\d+\}\}/g, "Dora");
  const first = {
    ...{ account: account.id, to: { phone }, clientId: "first-words-0001" },
    content: { text, template: { name, language, variables: Array.from({ length: gaps }, () => "Dora") } },
  };
  await world.api("/api/conversations", { method: "POST", body: first });
  // The network repeats it.
  await world.api("/api/conversations", { method: "POST", body: first });
  await until(() => cloud().sentTo(waId).length > 0 && shownOf(world, waId).length > 0, 20_000, "both sides");
  const leads = () =>
    [...(portal().portal.crm.items.get(1)?.values() ?? [])].filter((lead) =>
      JSON.stringify(lead.fields.fm).includes(waId),
    );
  await until(() => leads().length > 0, 20_000, "the lead");
  personWrites(cloud().business(), waId, { text: "Thank you!" });
  await until(() => fromCustomer(waId).length === 1, 20_000, "the answer in the line");
  expect(cloud().sentTo(waId)).toMatchObject([{ type: "template" }]);
  expect(
    shownOf(world, waId)
      .filter(({ from }) => from !== "system")
      .map(({ from, authorId, text: words }) => [from === "customer" ? "customer" : authorId, words]),
  ).toEqual([
    [1, text],
    ["customer", "Thank you!"],
  ]);
  expect(leads().map(({ fields }) => fields.assignedById)).toEqual([1]);
});
