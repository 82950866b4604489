import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fakeChannel } from "./support/fake-channel.ts";
import { openSite, type Site } from "./support/site.ts";

const CONNECTOR = "threadline_clubs";
const GROUPS = "threadline_clubs_group";
const clubs = fakeChannel("clubs", "Clubs");
let site: Site;
let admin: string;

beforeAll(async () => {
  site = await openSite({ channels: [clubs.adapter] });
  admin = await site.install();
});
afterAll(() => site.stop());

const active = (connector: string) => site.portal.portal.status(connector, 1)?.active;

describe("a channel that learns groups", () => {
  test("has them on the line of an account that was there before, and a second look changes nothing", async () => {
    const made = await site.api(admin, "POST", "/accounts", {
      channel: "clubs",
      name: "Club",
      credentials: { token: "1234567890:abcdefgh" },
      line: "1",
    });
    expect(made.statusCode).toBe(201);
    expect([active(CONNECTOR), site.portal.portal.connectors.has(GROUPS)]).toEqual([true, false]);
    Object.assign(clubs.adapter.capabilities, { groups: true });
    expect(await site.accounts.ensureLines(site.memberId)).toEqual([]);
    expect([active(CONNECTOR), active(GROUPS)]).toEqual([true, true]);
    expect(site.portal.portal.connectors.get(GROUPS)).toMatchObject({ chatGroup: true });
    expect(await site.accounts.ensureLines(site.memberId)).toEqual([]);
    expect((await site.store.accounts.list(site.memberId)).map((one) => [one.line, one.connector])).toEqual([
      ["1", CONNECTOR],
    ]);
  });

  test("says which account the portal would not take", async () => {
    site.emulator.faults.add({ kind: "drop-before", method: "imconnector.register", probability: 1 });
    expect(await site.accounts.ensureLines(site.memberId)).toEqual([
      expect.stringMatching(/^"Club" could not be connected to its Open Channel again: /),
    ]);
    site.emulator.faults.clear();
  });
});
