/** The company's own distribution lists, as administrators see and correct them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let agent: string;
const mail = fakeChannel("email", "E-mail");

beforeAll(async () => {
  const settings = z.object({ address: z.string() });
  const now = () => new Date("2026-11-29T10:00:00Z");
  site = await openSite({ channels: [{ ...mail.adapter, settings }], now });
  admin = await site.install();
  agent = await site.sessionOf(7);
  const box = { channel: "email", name: "Shop", credentials: { token: "1234567890:abcdefgh" } };
  await site.api(admin, "POST", "/accounts", { ...box, settings: { address: "box@shop.example" } });
});
afterAll(() => site.stop());

const listed = async () => (await site.api(admin, "GET", "/mail/groups")).json();
const change = (path: string, address: string, by = admin) => site.api(by, "POST", `/mail/groups${path}`, { address });
const by = { id: "1", name: "Ada Admin" };

test("a list that was learned wrongly is taken off, stays known as none, and is put back", async () => {
  await site.store.mails.addGroups(site.memberId, ["ann@shop.example", "team@shop.example"]);
  expect(await listed()).toEqual([
    { address: "ann@shop.example", since: expect.any(String) },
    { address: "team@shop.example", since: expect.any(String) },
  ]);
  const off = { address: "ann@shop.example", removed: { at: "2026-11-29T10:00:00.000Z", by } };
  expect((await change("/remove", "Ann@shop.example")).json()).toMatchObject(off);
  // Twice, or by two administrators at once: the same.
  expect((await change("/remove", "ann@shop.example")).json()).toMatchObject(off);
  await site.store.mails.addGroups(site.memberId, ["ann@shop.example"]);
  expect(await listed()).toMatchObject([off, { address: "team@shop.example" }]);
  expect(await site.store.mails.groups(site.memberId)).toEqual(["team@shop.example"]);

  const back = (await change("", "ann@shop.example")).json();
  expect(back).toEqual({ address: "ann@shop.example", since: expect.any(String) });
  expect(await site.store.mails.groups(site.memberId)).toEqual(["ann@shop.example", "team@shop.example"]);
});

test("one is added by hand, in small letters, and no mailbox of the company's", async () => {
  expect((await change("", " Everybody@GoogleGroups.example ")).json()).toMatchObject({
    ...{ address: "everybody@googlegroups.example", addedBy: by },
  });
  const refused = await change("", "BOX@shop.example");
  expect([refused.statusCode, refused.json().error.message]).toEqual([
    ...[409, "This is a mailbox that is connected here, so it is the company's own already."],
  ]);
  expect((await change("", "nobody")).statusCode).toBe(400);
  expect((await change("/remove", "unknown@shop.example")).statusCode).toBe(404);
});

test("none of it is an agent's", async () => {
  expect((await site.api(agent, "GET", "/mail/groups")).statusCode).toBe(403);
  expect((await change("", "more@shop.example", agent)).statusCode).toBe(403);
  expect((await change("/remove", "team@shop.example", agent)).statusCode).toBe(403);
  expect(await site.store.mails.groups(site.memberId)).toContain("team@shop.example");
});
