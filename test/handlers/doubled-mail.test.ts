/** A mailbox that the portal's own mail reads, too: said to whoever connects it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
const mail = fakeChannel("email", "E-mail");
const channels = [
  {
    ...mail.adapter,
    settings: z.object({ address: z.string() }),
    capabilities: { ...mail.adapter.capabilities, letters: true },
  },
];

afterAll(() => site.stop());
beforeAll(async () => {
  site = await openSite({ channels });
  site.emulator.configureApplication({ scope: [...site.emulator.application().scope, "mail"] });
  await site.install();
  admin = await site.sessionOf(1);
  site.portal.portal.mailboxes.push({ userId: 1, email: "sales@shop.example" });
});

let tokens = 0;
async function connect(address: string): Promise<string | undefined> {
  tokens += 1;
  const body = {
    channel: "email",
    name: address,
    credentials: { token: `123456789${tokens}:abcdefgh` },
    settings: { address },
  };
  const answer = await site.api(admin, "POST", "/accounts", body);
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<{ problem?: string }>().problem;
}

test("is said with what to do, and stops nothing", async () => {
  expect(await connect("Sales@shop.example")).toMatch(
    /^Bitrix24's own mail reads Sales@shop\.example as well, .*Leave one of the two/,
  );
  expect(await connect("help@shop.example")).toBeUndefined();
});

test("is not known where the portal does not tell, and that is said", async () => {
  site.portal.portal.mailboxes.length = 0;
  const other = await openSite({ channels });
  try {
    const session = await other.install();
    const body = {
      channel: "email",
      name: "x",
      credentials: { token: "9234567891:abcdefgh" },
      settings: { address: "a@b.example" },
    };
    const { problem } = (await other.api(session, "POST", "/accounts", body)).json<{ problem?: string }>();
    expect(problem).toMatch(/^It could not be checked whether Bitrix24's own mail reads a@b\.example as well\./);
  } finally {
    await other.stop();
  }
});
