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
  world = await World.start({ unpaced: true, publicUrl: "https://threadline.example" });
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

it("is a message provider of the CRM: what employees send there arrives, is theirs on every surface, and its status goes back", async () => {
  const { waId } = cloud().addPerson({ name: "Ella" });
  const code = `threadline_${account.id}`;
  await until(
    () => [...portal().portal.messageProviders.values()].length === 1,
    20_000,
    "the account to be a provider",
  );
  expect([...portal().portal.messageProviders.values()]).toMatchObject([
    { code, name: account.name, handler: `https://threadline.example/message-providers/${code}` },
  ]);
  // The window is closed: a provider's words are no template.
  const closed = portal().sendThroughProvider(code, { to: `+${waId}`, text: "Are you there?", userId: 1 });
  await until(() => closed.statuses.length > 0, 20_000, "the refusal");
  expect(closed.statuses).toEqual(["failed"]);
  await until(
    () => portal().portal.notifications.some((one) => one.tag.includes(closed.id)),
    20_000,
    "the words of it",
  );
  expect(portal().portal.notifications.at(-1)).toMatchObject({
    userId: 1,
    message: expect.stringMatching(
      /^The message from the CRM was not delivered\. The customer has not written yet.*template/,
    ),
  });
  expect(cloud().sentTo(waId)).toEqual([]);

  personWrites(cloud().business(), waId, { text: "Is my order ready?" });
  await until(() => fromCustomer(waId).length === 1, 20_000, "the question");
  const message = { to: `+${waId}`, text: "Your order is ready", userId: 1 };
  const sent = portal().sendThroughProvider(code, message);
  portal().sendThroughProvider(code, { ...message, id: sent.id });
  await until(() => sent.statuses.includes("delivered"), 20_000, "the status to go back");
  expect(sent.statuses.filter((status) => status !== "sent")).toEqual(["delivered"]);
  for (const one of cloud().sentTo(waId)) tellStatus(cloud().business(), one, "read");
  await until(() => shownOf(world, waId).some(({ text }) => text === message.text), 20_000, "it to stand in the line");
  expect(shownOf(world, waId).at(-1)).toMatchObject({ authorId: 1, text: message.text });
  expect(
    cloud()
      .sentTo(waId)
      .map(({ text }) => text),
  ).toEqual([message.text]);
  const [row] = (await journalOf(world)).filter(({ text }) => text === message.text);
  expect(row).toMatchObject({ direction: "out", fromCrm: true, agent: { id: "1" } });

  // What an automation sends is nobody's, and stands in the line as that.
  const automatic = { to: `+${waId}`, text: "Rate us", document: ["crm", "CCrmDocumentLead", "LEAD_1"] };
  const second = portal().sendThroughProvider(code, automatic);
  await until(() => second.statuses.includes("delivered"), 20_000, "the automatic one");
  await until(() => shownOf(world, waId).at(-1)?.text.includes("Rate us") === true, 20_000, "it in the line");
  expect(shownOf(world, waId).at(-1)?.text).toBe("[b]Sent from the CRM:[/b]\nRate us");
  const [other] = (await journalOf(world)).filter(({ text }) => text === "Rate us");
  expect(other).toMatchObject({ automatic: { by: "provider" } });
  expect(other).not.toHaveProperty("agent");
});

it("takes nothing from who is not the portal, and goes out of the CRM with its account", async () => {
  const code = `threadline_${account.id}`;
  const [handler] = [...portal().portal.messageProviders.values()].map((one) => new URL(one.handler).pathname);
  const post = async (fields: Record<string, string>, path = handler) =>
    (await fetch(`${world.web.url}${path}`, { method: "POST", body: new URLSearchParams(fields) })).status;
  const [application] = [...portal().portal.applications.values()];
  const fields = {
    ...{ module_id: "crm", code, message_id: "forged", message_to: "+442079460018", message_body: "x" },
    "auth[member_id]": portal().portal.memberId,
  };
  const proved = { ...fields, "auth[application_token]": application?.applicationToken ?? "" };
  expect(await post({ ...fields, "auth[application_token]": "guessed" })).toBe(403);
  expect(await post({ ...proved, "auth[member_id]": "nobody" })).toBe(403);
  expect(await post(fields)).toBe(400);
  expect(await post(proved, "/message-providers/threadline_other")).toBe(403);
  expect(await post({ ...proved, code: "threadline_x" }, "/message-providers/threadline_x")).toBe(404);
  await world.api(`/api/accounts/${account.id}`, { method: "PATCH", body: { name: "Shop" } });
  await until(() => portal().portal.messageProviders.values().next().value?.name === "Shop", 30_000, "the new name");
  await world.api(`/api/accounts/${account.id}`, { method: "DELETE" });
  await until(() => portal().portal.messageProviders.size === 0, 30_000, "the provider to go");
});
