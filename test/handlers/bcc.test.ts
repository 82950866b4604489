/** Addresses for blind copies, as employees and administrators see them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BccStateAnswer } from "../../src/api/bcc.ts";
import { openSite, type Site } from "./support/site.ts";

let site: Site;
let admin: string;
let agent: string;
const AGENT = "7";

beforeAll(async () => {
  site = await openSite();
  admin = await site.install();
  agent = await site.sessionOf(Number(AGENT));
});
afterAll(() => site.stop());

const state = async (session: string) => (await site.api(session, "GET", "/mail/bcc")).json<BccStateAnswer>();
const make = async (session: string, whose = "mine") => site.api(session, "POST", "/mail/bcc", { whose });

describe("an address for blind copies", () => {
  test("is made by its owner, shown to nobody else, and another one when it is made again", async () => {
    expect(await state(agent)).toEqual({ on: true, mine: null });
    const made = (await make(agent)).json<BccStateAnswer>();
    expect(made.mine).toMatchObject({
      address: expect.stringMatching(/^crm-[a-z2-7]{26}@crm\.example$/),
      usedAt: null,
    });
    expect(made.mine?.from).toEqual(["boris@portal.example"]);
    expect(await state(agent)).toEqual(made);
    expect((await state(admin)).mine).toBeNull();
    const again = (await make(agent)).json<BccStateAnswer>();
    expect(again.mine?.address).not.toBe(made.mine?.address);
    expect(await site.store.bcc.ownerOf(keyIn(made))).toBeUndefined();
    expect(await site.store.bcc.ownerOf(keyIn(again))).toEqual({ portal: site.memberId, owner: AGENT });
  });

  test("is made for everybody by administrators alone", async () => {
    expect((await make(agent, "everybodys")).statusCode).toBe(403);
    const made = (await make(admin, "everybodys")).json<BccStateAnswer>();
    expect(made.everybodys?.address).toMatch(/^crm-/);
    expect(made.mine).toBeNull();
    expect(await state(agent)).not.toHaveProperty("everybodys");
  });

  test("takes letters from addresses that its owner confirms, of those that a letter has come from", async () => {
    await make(agent);
    const home = "/mail/bcc/senders/Ann%40home.example";
    expect((await site.api(agent, "PUT", home)).statusCode).toBe(404);
    await site.store.bcc.noteSender(site.memberId, AGENT, "ann@home.example", "asked", new Date());
    expect((await state(agent)).mine?.senders).toMatchObject([{ address: "ann@home.example", confirmed: false }]);
    expect((await site.api(admin, "PUT", home)).statusCode).toBe(404);
    expect((await site.api(agent, "PUT", `${home}?whose=everybodys`)).statusCode).toBe(403);
    expect((await site.api(agent, "PUT", home)).statusCode).toBe(204);
    expect((await state(agent)).mine?.senders).toMatchObject([{ confirmed: true }]);
    expect((await site.api(agent, "DELETE", home)).statusCode).toBe(204);
    expect((await site.api(agent, "DELETE", home)).statusCode).toBe(404);
    expect((await state(agent)).mine?.senders).toEqual([]);
  });

  test("is not to be had where the server takes no mail, and why is said in words", async () => {
    const other = await openSite({ withoutBcc: true });
    try {
      const session = await other.install();
      const off = (await other.api(session, "GET", "/mail/bcc")).json<BccStateAnswer>();
      expect(off).toEqual({
        ...{ on: false, mine: null, everybodys: null },
        problem: expect.stringMatching(/^This server takes no copies of letters yet\./),
      });
      expect((await other.api(session, "POST", "/mail/bcc", { whose: "mine" })).statusCode).toBe(409);
    } finally {
      await other.stop();
    }
  });
});

const keyIn = ({ mine }: BccStateAnswer): string => /^crm-([a-z2-7]+)@/.exec(mine?.address ?? "")?.[1] ?? "";
