import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { AccountId, PortalId } from "../../src/domain/ids.ts";
import type { NewGrant, VendorGrant } from "../../src/store/contract/grants.ts";
import type { Store } from "../../src/store/contract.ts";
import { newAccount, place } from "./store-fixtures.ts";

const USER = "7";

/** Sign-ins at vendors' pages: a word that counts once, tokens that are replaced once, and one account for each. */
export function grantTests(use: () => Store): void {
  const expiresAt = new Date("2030-01-02T03:04:05.678Z");

  function newGrant(changes: Partial<NewGrant> = {}): NewGrant {
    return {
      channel: "email",
      vendor: "google",
      userId: USER,
      who: "anna@gmail.com",
      tokens: { accessToken: "access-1", refreshToken: "refresh-1", expiresAt },
      code: randomUUID(),
      ...changes,
    };
  }

  async function confirmed(portal: PortalId, changes: Partial<NewGrant> = {}): Promise<VendorGrant> {
    const grant = newGrant(changes);
    await use().grants.keep(portal, grant);
    const found = await use().grants.confirm(portal, USER, grant.code);
    if (!found) throw new Error("the grant was not confirmed");
    return found;
  }

  describe("sign-ins at vendors' pages", () => {
    it("are for who brings their word, once, in the same portal and as the same user", async () => {
      const { portal } = await place(use());
      const other = await place(use());
      const grant = newGrant();
      await use().grants.keep(portal, grant);
      expect(await use().grants.confirm(other.portal, USER, grant.code)).toBeUndefined();
      expect(await use().grants.confirm(portal, "8", grant.code)).toBeUndefined();
      expect(await use().grants.confirm(portal, USER, "another word")).toBeUndefined();
      const found = await use().grants.confirm(portal, USER, grant.code);
      const { code: _code, ...told } = grant;
      expect(found).toEqual({ ...told, portal, id: found?.id });
      expect(await use().grants.confirm(portal, USER, grant.code)).toBeUndefined();
      expect(await use().grants.find(portal, found?.id ?? "")).toEqual(found);
      expect(await use().grants.find(other.portal, found?.id ?? "")).toBeUndefined();
      expect(await use().grants.find(portal, "no id")).toBeUndefined();
    });

    it("belong to one account, which has one, and go with it", async () => {
      const { portal, account } = await place(use());
      const second = await newAccount(use(), portal);
      const attach = (id: string, to: AccountId) => use().grants.attach(portal, id, to);
      const [first, later] = [await confirmed(portal), await confirmed(portal)];
      expect(await attach(first.id, account.id)).toBe(true);
      expect(await attach(first.id, account.id)).toBe(true);
      expect(await attach(first.id, second.id)).toBe(false);
      expect((await use().grants.find(portal, first.id))?.account).toBe(account.id);
      expect(await attach(later.id, account.id)).toBe(true);
      expect(await use().grants.find(portal, first.id)).toBeUndefined();
      await use().accounts.delete(portal, account.id);
      expect(await use().grants.find(portal, later.id)).toBeUndefined();
      const unconfirmed = newGrant();
      await use().grants.keep(portal, unconfirmed);
      expect(await attach(randomUUID(), second.id)).toBe(false);
    });

    it("get new tokens in place of those that were exchanged, and of no others", async () => {
      const { portal } = await place(use());
      const { id } = await confirmed(portal);
      const next = { accessToken: "access-2", refreshToken: "refresh-2", expiresAt: new Date("2031-01-01") };
      expect(await use().grants.saveTokens(portal, id, "refresh-0", next)).toBe(false);
      expect(await use().grants.saveTokens(portal, id, "refresh-1", next)).toBe(true);
      expect(await use().grants.saveTokens(portal, id, "refresh-1", next)).toBe(false);
      expect((await use().grants.find(portal, id))?.tokens).toEqual(next);
      await use().grants.refuse(portal, id, "refresh-1", "Over.");
      expect((await use().grants.find(portal, id))?.refused).toBeUndefined();
      await use().grants.refuse(portal, id, "refresh-2", "Over.");
      expect((await use().grants.find(portal, id))?.refused).toBe("Over.");
    });

    it("are dropped when no account came to use them", async () => {
      const { portal, account } = await place(use());
      const [used, unused] = [await confirmed(portal), await confirmed(portal)];
      await use().grants.attach(portal, used.id, account.id);
      await use().grants.dropUnused(new Date(Date.now() - 60_000));
      expect(await use().grants.find(portal, unused.id)).toBeDefined();
      await use().grants.dropUnused(new Date(Date.now() + 60_000));
      expect(await use().grants.find(portal, unused.id)).toBeUndefined();
      expect(await use().grants.find(portal, used.id)).toBeDefined();
    });
  });

  describe("invitations to connect one's own box", () => {
    it("are one for an employee and an address, asked again for longer, and the portal's own", async () => {
      const { portal } = await place(use());
      const { invitations } = use();
      const until = (day: number) => new Date(Date.UTC(2026, 0, day));
      const wish = { user: "5", channel: "email", address: "Anna@Shop.example", by: "1", expiresAt: until(1) };
      const first = await invitations.send(portal, wish);
      expect(first).toMatchObject({ user: "5", address: "anna@shop.example", by: "1", expiresAt: until(1) });
      const again = await invitations.send(portal, {
        ...wish,
        address: "anna@shop.example",
        by: "2",
        expiresAt: until(9),
      });
      expect(again).toMatchObject({ id: first.id, by: "2", expiresAt: until(9) });
      const other = await invitations.send(portal, { ...wish, user: "7" });
      // Both may have been sent within one tick of the database's clock.
      expect((await invitations.list(portal)).map(({ id }) => id).sort()).toEqual([other.id, first.id].sort());
      expect(await invitations.find(portal, first.id)).toEqual(again);
      const stranger = (await place(use())).portal;
      expect(await invitations.find(stranger, first.id)).toBeUndefined();
      expect(await invitations.drop(stranger, first.id)).toBe(false);
      expect(await invitations.drop(portal, first.id)).toBe(true);
      expect(await invitations.drop(portal, first.id)).toBe(false);
      expect(await invitations.list(portal)).toMatchObject([{ id: other.id }]);
    });
  });
}
