import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredMessage } from "../emulators/viber/types.ts";
import { PNG } from "../support/bad-files.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { chatOf, journalOf, shownOf } from "./support.ts";

/** The whole application between an emulated Viber and an emulated portal: nothing but what they see of each other. */

let world: World;
let account: ApiAccount;
const viber = () => world.vendors.viber;
const portal = () => world.portal.portal();
const fromCustomer = (person: string) => shownOf(world, person).filter((message) => message.from === "customer");

beforeAll(async () => {
  world = await World.start({ unpaced: true, publicUrl: "https://threadline.example" });
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
