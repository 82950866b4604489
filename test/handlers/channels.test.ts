import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChannelAnswer } from "../../src/api/channels.ts";
import { describedChannels } from "../../tools/channels-doc.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;

beforeAll(async () => {
  site = await openSite({ channels: describedChannels() });
  admin = await site.install();
});
afterAll(() => site.stop());

async function channelsIn(language?: string): Promise<ReadonlyMap<string, ChannelAnswer>> {
  const answer = await site.app.inject({
    url: "/api/channels",
    headers: { authorization: `Bearer ${admin}`, ...(language !== undefined && { "accept-language": language }) },
  });
  expect(answer.statusCode).toBe(200);
  return new Map(answer.json<ChannelAnswer[]>().map((channel) => [channel.id, channel]));
}

test("channels describe themselves in the language of who asks, in English where nobody says", async () => {
  const [english, russian, spanish] = await Promise.all([channelsIn(), channelsIn("ru"), channelsIn("es-MX,es;q=0.9")]);
  const titles = (channels: typeof english) => channels.get("webchat")?.setup.map((step) => step.title);
  expect(titles(english)?.slice(0, 2)).toEqual(["Your sites", "Look and words"]);
  expect(titles(russian)?.slice(0, 2)).toEqual(["Ваши сайты", "Вид и слова"]);
  expect(titles(spanish)?.slice(0, 2)).toEqual(["Sus sitios", "Aspecto y textos"]);
  expect(russian.get("telegram")?.description).toMatch(/^Бот/);
});

test("a channel with standing connections says how to sign in, what to agree to, and what is chosen at first", async () => {
  const channels = await channelsIn("ru");
  const linked = channels.get("whatsapp-web");
  expect(linked?.signIn.qr).toHaveLength(3);
  expect(linked?.setup[0]).toMatchObject({
    consent: "consent",
    warning: expect.stringMatching(/WhatsApp не разрешает/),
  });
  const person = channels.get("telegram-person");
  expect(Object.keys(person?.signIn ?? {})).toEqual(["qr", "code", "password"]);
  const cold = person?.setup[0]?.fields.find((field) => field.key === "coldPerDay");
  expect(cold).toMatchObject({
    kind: "choice",
    preset: "10",
    choices: expect.arrayContaining([{ value: "10", label: "10" }]),
  });
  const language = channels
    .get("form")
    ?.setup.flatMap((step) => step.fields)
    .find((field) => field.key === "language");
  expect(language?.choices?.slice(0, 2)).toEqual([
    { value: "", label: "Как у посетителя" },
    { value: "en", label: "English" },
  ]);
});
