/** An administrator asks an employee to connect a box of their own, and only that employee can. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { InvitationAnswer } from "../../src/api/invitations.ts";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { everywhere } from "../support/words.ts";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

const { adapter } = fakeChannel("box", "Mailbox");
const person = { key: "owner", into: "settings", kind: "person", label: everywhere("Whose"), required: true } as const;
/** A box whose password is looked at after it was saved, as a mailbox's is. */
const boxes: ChannelAdapter = {
  ...adapter,
  settings: z.object({ address: z.string(), box: z.string(), owner: z.string(), showing: z.string().optional() }),
  setup: adapter.setup.map((step) => ({ ...step, fields: [...step.fields, person] })),
  signIn: {
    vendors: [],
    offer: (settings) =>
      Promise.resolve({ typed: true, sentence: `${String(settings.address)} ${String(settings.owner)}` }),
  },
  connect: ({ credentials }) =>
    Promise.resolve({
      connection: String(credentials.token).startsWith("wrong")
        ? { kind: "starting", sentence: "Connecting." }
        : { kind: "connected", sentence: "Connected." },
      profile: {},
    }),
};
const ANNA = 5;
const ADDRESS = "anna@shop.example";
const DAY_MS = 86_400_000;

let site: Site;
let admin: string;
let anna: string;

beforeAll(async () => {
  site = await openSite({ channels: [boxes] });
  admin = await site.install();
  await site.store.portals.update(site.memberId, {
    installation: { ok: true, problems: [], application: "vendor.threadline" },
  });
});
afterAll(() => site.stop());
beforeEach(async () => {
  site.portal.portal.notifications.length = 0;
  site.emulator.faults.clear();
  anna = await site.sessionOf(ANNA);
  for (const { id } of await site.store.invitations.list(site.memberId))
    await site.store.invitations.drop(site.memberId, id);
  for (const { id } of await site.store.accounts.list(site.memberId))
    await site.api(admin, "DELETE", `/accounts/${id}`);
});

const invite = (address = ADDRESS, user = String(ANNA), session = admin) =>
  site.api(session, "POST", "/box-invitations", { user, channel: "box", address });
const list = async () => (await site.api(admin, "GET", "/box-invitations")).json<InvitationAnswer[]>();
const mine = async (session: string) =>
  (await site.api(session, "GET", "/box-invitations/mine")).json<InvitationAnswer[]>();
const connect = (id: string, token: string, session: string, settings: object = {}) =>
  site.api(session, "POST", `/box-invitations/${id}/connect`, { credentials: { token }, settings });

test("the employee is notified with a link that is no key, connects their own box, and nobody waits any more", async () => {
  const asked = await invite("Anna@Shop.example");
  expect(asked.statusCode).toBe(201);
  const { id } = asked.json<InvitationAnswer>();
  const [notice, ...more] = site.portal.portal.notifications;
  expect(more).toEqual([]);
  expect(notice).toMatchObject({
    userId: ANNA,
    message: expect.stringContaining(`your mailbox ${ADDRESS} to the CRM`),
  });
  expect(notice?.message).toContain(`/marketplace/view/vendor.threadline/?params%5Bconnect%5D=${id}`);
  expect(await list()).toMatchObject([{ id, user: { id: String(ANNA) }, address: ADDRESS, expired: false }]);
  expect(await mine(anna)).toMatchObject([{ id, by: { id: "1" }, connection: null }]);

  const stolen = { address: "boss@shop.example", box: "shared", owner: "1", showing: "click" };
  const done = await connect(id, "a-secret-of-anna", anna, stolen);
  expect(done.json()).toEqual({ connection: { kind: "connected", sentence: "Connected." } });
  const [account] = await site.store.accounts.list(site.memberId);
  expect(account?.settings).toEqual({ address: ADDRESS, box: "personal", owner: String(ANNA), showing: "click" });
  expect([await list(), await mine(anna)]).toEqual([[], []]);
  expect((await connect(id, "another-secret", anna)).statusCode).toBe(404);
  expect((await site.api(admin, "GET", "/accounts")).body).not.toContain("a-secret-of-anna");
  expect((await invite()).statusCode).toBe(409);
});

test("nobody else can follow it, not even who sent it", async () => {
  const { id } = (await invite()).json<InvitationAnswer>();
  const other = await site.sessionOf(7);
  for (const session of [admin, other]) {
    expect(await mine(session)).toEqual([]);
    const bodies = [
      ["/connect", { credentials: { token: "a-secret-of-eve" } }],
      ["/sign-ins/offer", { settings: {} }],
      ["/sign-ins", { settings: {}, vendor: "google" }],
      ["/sign-ins/take", { code: "ABCDEFGHJK" }],
    ] as const;
    for (const [path, body] of bodies)
      expect((await site.api(session, "POST", `/box-invitations/${id}${path}`, body)).statusCode, path).toBe(404);
  }
  expect(await site.store.accounts.list(site.memberId)).toEqual([]);
  const offer = await site.api(anna, "POST", `/box-invitations/${id}/sign-ins/offer`, {
    settings: { address: "x@y.zz" },
  });
  expect(offer.json()).toMatchObject({ sentence: `${ADDRESS} ${ANNA}` });
  for (const [method, path] of [
    ["GET", ""],
    ["DELETE", `/${id}`],
  ] as const)
    expect((await site.api(anna, method, `/box-invitations${path}`)).statusCode).toBe(403);
  expect((await invite(ADDRESS, "7", anna)).statusCode).toBe(403);
});

test("a password that does not hold is typed again, in the same account", async () => {
  const { id } = (await invite()).json<InvitationAnswer>();
  await connect(id, "wrong-password", anna);
  const [first] = await site.store.accounts.list(site.memberId);
  if (!first) throw new Error("no account");
  const connection = { kind: "bad-credentials", sentence: "This password does not hold." } as const;
  await site.store.accounts.update(site.memberId, first.id, { connection });
  expect(await mine(anna)).toMatchObject([{ id, connection }]);
  expect(await list()).toMatchObject([{ id, connection }]);
  await connect(id, "the-right-one", anna, { showing: "subject" });
  const accounts = await site.store.accounts.list(site.memberId);
  expect(accounts).toMatchObject([
    { id: first.id, connection: { kind: "connected" }, settings: { owner: String(ANNA), showing: "subject" } },
  ]);
  expect(await list()).toEqual([]);
});

test("is withdrawn, runs out after a week, and is sent again as the same one", async () => {
  const { id, expiresAt } = (await invite()).json<InvitationAnswer>();
  expect(Math.round((Date.parse(expiresAt) - Date.now()) / DAY_MS)).toBe(7);
  const wish = { user: String(ANNA), channel: "box", address: ADDRESS, by: "1" };
  await site.store.invitations.send(site.memberId, { ...wish, expiresAt: new Date(Date.now() - 1_000) });
  expect(await mine(anna)).toEqual([]);
  expect(await list()).toMatchObject([{ id, expired: true }]);
  expect((await connect(id, "a-secret-of-anna", anna)).statusCode).toBe(404);
  expect((await invite()).json()).toMatchObject({ id, expired: false });
  expect(await mine(anna)).toMatchObject([{ id }]);
  expect((await site.api(admin, "DELETE", `/box-invitations/${id}`)).statusCode).toBe(204);
  expect((await site.api(admin, "DELETE", `/box-invitations/${id}`)).statusCode).toBe(404);
  expect((await connect(id, "a-secret-of-anna", anna)).statusCode).toBe(404);
});

test("is refused of who does not work there, of a channel that nobody owns, and told where nobody was notified", async () => {
  expect((await invite(ADDRESS, "999")).json()).toMatchObject({ error: { code: "not-active" } });
  const chat = { user: String(ANNA), channel: "telegram", address: ADDRESS };
  expect((await site.api(admin, "POST", "/box-invitations", chat)).statusCode).toBe(404);
  expect((await invite("no address")).statusCode).toBe(400);
  const error = { status: 400, code: "USER_ID_EMPTY", description: "No" };
  site.emulator.faults.add({ kind: "command-error", method: "im.notify.system.add", times: 9, error });
  expect((await invite()).json()).toMatchObject({ problem: expect.stringContaining("could not notify them") });
  expect(await mine(anna)).toHaveLength(1);
});
