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

test("is said before it is connected, where it is sure; nothing is kept, and others are not told", async () => {
  const look = async (address: unknown, channel = "email", session = admin) =>
    site.api(session, "POST", "/accounts/forewarned", { channel, settings: { address } });
  const accounts = async () => (await site.store.accounts.list(site.memberId)).length;
  const before = await accounts();
  expect((await look("SALES@shop.example")).json().problem).toMatch(
    /^Bitrix24's own mail reads SALES@shop\.example as well\. Connected here too, .*do not connect it here\.$/,
  );
  for (const other of ["help@shop.example", "sales@shop", "", 5]) expect((await look(other)).json().problem).toBeNull();
  expect((await look("sales@shop.example", "telegram")).json().problem).toBeNull();
  expect((await look("sales@shop.example", "email", await site.sessionOf(7))).statusCode).toBe(403);
  expect(await accounts()).toBe(before);
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
