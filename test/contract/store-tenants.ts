import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { accountId, conversationId, mediaId, messageId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import {
  accept,
  inbound,
  installation,
  newAccount,
  newPortalId,
  place,
  reply,
  stored,
  tokens,
} from "./store-fixtures.ts";

/** Portals, their people and accounts, and that no tenant sees another's. */
export function tenantTests(use: () => Store): void {
  describe("portals", () => {
    it("keeps an installation as it was given, dates to the millisecond", async () => {
      const portal = newPortalId();
      const installed = await use().portals.install(installation(portal));
      expect(await use().portals.find(portal)).toEqual(installed);
      const { id, domain, clientEndpoint, serverEndpoint, applicationToken, userId, scopes, language } =
        installation(portal);
      expect(installed).toMatchObject({
        id,
        domain,
        clientEndpoint,
        serverEndpoint,
        applicationToken,
        userId,
        scopes,
        language,
      });
      expect(installed).toMatchObject({
        tokens: tokens("first"),
        active: true,
        name: domain,
        installation: { ok: false, problems: [] },
      });
      expect(installed.installedAt).toBeInstanceOf(Date);
    });

    it("keeps name, switch and what is below when it is installed again, and replaces tokens and endpoints", async () => {
      const { portal, account } = await place(use());
      await use().portals.update(portal, { name: "Sales", active: false, trouble: "no rights" });
      const again = await use().portals.install({
        ...installation(portal),
        domain: "moved.example",
        tokens: tokens("second"),
        applicationToken: undefined,
      });
      expect(again).toMatchObject({
        name: "Sales",
        active: false,
        domain: "moved.example",
        tokens: tokens("second"),
        applicationToken: "application-token",
      });
      expect(again.trouble).toBeUndefined();
      expect(await use().accounts.find(portal, account.id)).toBeDefined();
    });

    it("finds by domain in any case, the newest first", async () => {
      const domain = `Firm-${randomUUID()}.Example:8080`;
      await use().portals.install({ ...installation(newPortalId()), domain });
      const newer = await use().portals.install({ ...installation(newPortalId()), domain });
      expect((await use().portals.findByDomain(domain.toUpperCase()))?.id).toBe(newer.id);
      expect(await use().portals.findByDomain("nobody.example")).toBeUndefined();
    });

    it("saves tokens only over the pair they were made from, whoever is first", async () => {
      const { portal } = await place(use());
      const outcomes = await Promise.all(
        ["a", "b", "c"].map((name) => use().portals.saveTokens(portal, "refresh-first", tokens(name))),
      );
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const winner = ["a", "b", "c"][outcomes.indexOf(true)] ?? "";
      expect((await use().portals.find(portal))?.tokens).toEqual(tokens(winner));
      expect(await use().portals.saveTokens(portal, "refresh-first", tokens("late"))).toBe(false);
    });

    it("updates what is named and clears trouble by null", async () => {
      const { portal } = await place(use());
      const report = { ok: true, at: "2026-01-01", version: "1", problems: ["x"] };
      await use().portals.update(portal, {
        trouble: "unpaid",
        installation: report,
        scopes: ["crm"],
        userId: "9",
        applicationToken: "newer",
      });
      expect(await use().portals.find(portal)).toMatchObject({
        trouble: "unpaid",
        installation: report,
        scopes: ["crm"],
        userId: "9",
        applicationToken: "newer",
        language: "ru",
      });
      await use().portals.update(portal, { trouble: null });
      await use().portals.update(portal, {});
      expect((await use().portals.find(portal))?.trouble).toBeUndefined();
    });

    it("forgets tokens and keeps the rest", async () => {
      const { portal } = await place(use());
      await use().users.remember({
        portal,
        userId: "1",
        name: "Eve",
        admin: true,
        tokens: tokens("eve"),
        lastSeenAt: new Date(),
      });
      await use().portals.dropTokens(portal);
      expect(await use().portals.find(portal)).toMatchObject({ id: portal, applicationToken: "application-token" });
      expect((await use().portals.find(portal))?.tokens).toBeUndefined();
      expect((await use().users.find(portal, "1"))?.tokens).toBeUndefined();
    });

    it("erases every row of a portal, says how many and which files, and leaves others alone", async () => {
      const { portal, account } = await place(use());
      const other = await place(use());
      const kept = await accept(use(), inbound(other.account));
      const { message, conversation } = await accept(use(), inbound(account));
      const answer = stored(await use().messages.acceptReply(reply(portal, conversation)));
      await use().messages.finish([{ message: answer.message, result: { state: "sent", externalIds: ["a", "b"] } }]);
      await use().messages.applyReceipt(account.id, ["not-known-yet"], "read");
      await use().users.remember({ portal, userId: "1", name: "Eve", admin: false, lastSeenAt: new Date() });
      const file = mediaId(randomUUID());
      await use().media.create({ id: file, portal, message, name: "a.png", mime: "image/png", size: 3 });
      await use().channelState.set(portal, account.id, "keys", Buffer.from("secret"));
      await use().health.record([{ portal, account: account.id, day: "2026-11-28", hour: 9, received: 1 }]);
      const trouble = { kind: "connection", reason: "down", sentence: "gone", since: new Date() } as const;
      await use().health.raise(portal, account.id, trouble);
      const why = { by: "channel" } as const;
      const point = { kind: "phone", key: "+79031234567", shown: "x", why, linkable: true } as const;
      const { person } = await use().people.identify(portal, { conversation, points: [point], sharedByMoreThan: 5 });
      const lastActiveAt = new Date();
      await use().people.saveEntities(portal, person, [
        { type: "deal", id: "1", why: "made", title: "", open: true, lastActiveAt },
        { type: "deal", id: "2", why: "made", title: "", open: true, lastActiveAt },
      ]);
      await use().people.removeEntity(portal, "1", "deal", "2");
      await use().rulesets.save(portal, { content: {}, basedOn: 0, by: "1", note: "" });
      await use().rulesets.keepLine(portal, "1", {});
      const decision = await use().decisions.begin(portal, { conversation, message, person });
      await use().decisions.beginStep(portal, decision.id, "lead");
      const seen = (uid: number, messageId: string, references: readonly string[]) => {
        const facts = { messageId, references, people: [], tokens: [], relayed: false, isReply: false } as const;
        return { folder: "INBOX", uidValidity: 1, uid, facts: { ...facts, direction: "in" } } as const;
      };
      await use().mails.keep(portal, account.id, [seen(1, "a", ["not seen"]), seen(2, "b", [])]);
      await use().mails.keep(portal, account.id, [seen(3, "c", ["a", "b"])]);

      expect(await use().portals.erase(portal)).toEqual({
        media: [file],
        rows: {
          mail_thread_joins: 1,
          mail_refs: 1,
          mail_sightings: 3,
          mails: 3,
          decision_steps: 1,
          decisions: 1,
          media: 1,
          message_parts: 1,
          message_originals: 0,
          early_receipts: 1,
          messages: 2,
          lanes: 2,
          conversations: 1,
          channel_state: 1,
          account_alarms: 1,
          account_days: 1,
          accounts: 1,
          person_audit: 1,
          person_entities: 1,
          contact_points: 1,
          people: 1,
          rulesets: 1,
          line_crm: 1,
          portal_users: 1,
          portals: 1,
        },
      });
      expect(await use().portals.find(portal)).toBeUndefined();
      expect(await use().media.find(file)).toBeUndefined();
      expect(await use().messages.journal(portal, { limit: 10 })).toEqual([]);
      expect(await use().messages.find(other.portal, kept.message)).toBeDefined();
      expect((await use().messages.acceptInbound([inbound(account)]))[0]).toEqual({ kind: "unknown" });
    });
  });

  describe("people", () => {
    it("remembers, keeps the pair when seen without one, and refreshes only over the pair it was made from", async () => {
      const { portal } = await place(use());
      const seen = new Date("2026-03-01T10:00:00.123Z");
      const eve = { portal, userId: "1", name: "Eve", admin: true, tokens: tokens("eve"), lastSeenAt: seen };
      await use().users.remember(eve);
      expect(await use().users.find(portal, "1")).toEqual(eve);
      await use().users.remember({ portal, userId: "1", name: "Eve B", admin: false, lastSeenAt: seen });
      expect(await use().users.find(portal, "1")).toEqual({ ...eve, name: "Eve B", admin: false });
      expect(await use().users.saveTokens(portal, "1", "refresh-other", tokens("x"))).toBe(false);
      expect(await use().users.saveTokens(portal, "1", "refresh-eve", tokens("x"))).toBe(true);
      expect((await use().users.find(portal, "1"))?.tokens).toEqual(tokens("x"));
      expect(await use().users.find(portal, "2")).toBeUndefined();
      expect(await use().users.find(newPortalId(), "1")).toBeUndefined();
    });

    it("drops pairs that nobody used, and keeps those in use", async () => {
      const { portal } = await place(use());
      const long = new Date("2001-01-01T00:00:00Z");
      await use().users.remember({
        portal,
        userId: "old",
        name: "O",
        admin: false,
        tokens: tokens("old"),
        lastSeenAt: long,
      });
      await use().users.remember({
        portal,
        userId: "refreshed",
        name: "R",
        admin: false,
        tokens: tokens("r"),
        lastSeenAt: long,
      });
      await use().users.saveTokens(portal, "refreshed", "refresh-r", tokens("r2"));
      expect(await use().users.dropTokensUnusedSince(new Date("2001-01-02T00:00:00Z"))).toBeGreaterThanOrEqual(1);
      expect((await use().users.find(portal, "old"))?.tokens).toBeUndefined();
      expect((await use().users.find(portal, "refreshed"))?.tokens).toEqual(tokens("r2"));
    });
  });

  describe("accounts", () => {
    it("keeps an account and finds it by every way, in its portal alone", async () => {
      const { portal, account } = await place(use());
      const found = await use().accounts.find(portal, account.id);
      expect(found).toEqual({ ...account, line: "1", connector: "threadline_telegram" });
      expect(found).toMatchObject({
        credentials: { token: "123:secret" },
        webhookSecret: "webhook-secret",
        enabled: true,
        profile: {},
      });
      expect(await use().accounts.findAnywhere(account.id)).toEqual(found);
      expect(await use().accounts.findByConnector(portal, "threadline_telegram", "1")).toEqual(found);
      expect(await use().accounts.list(portal)).toEqual([found]);
      expect((await use().accounts.listByChannel("telegram")).map((each) => each.id)).toContain(account.id);
      expect(await use().accounts.find(newPortalId(), account.id)).toBeUndefined();
      expect(await use().accounts.update(newPortalId(), account.id, { name: "x" })).toBe("unknown");
    });

    it("lets one account feed a (connector, line), and takes it off by null", async () => {
      const { portal, account } = await place(use());
      const second = await newAccount(use(), portal);
      const line = { line: "1", connector: "threadline_telegram" };
      expect(await use().accounts.update(portal, second.id, line)).toBe("conflict");
      expect(await use().accounts.update(portal, account.id, { line: null, connector: null })).toBe("updated");
      expect((await use().accounts.find(portal, account.id))?.line).toBeUndefined();
      expect(await use().accounts.update(portal, second.id, line)).toBe("updated");
    });

    it("updates what is named", async () => {
      const { portal, account } = await place(use());
      const patch = {
        name: "New",
        credentials: { token: "n" },
        settings: { a: [1] },
        enabled: false,
        connection: { kind: "failed", sentence: "no" },
        profile: { title: "@bot" },
      } as const;
      expect(await use().accounts.update(portal, account.id, patch)).toBe("updated");
      expect(await use().accounts.find(portal, account.id)).toMatchObject({ ...patch, line: "1" });
      expect(await use().accounts.update(portal, account.id, {})).toBe("updated");
    });

    it("keeps a poll cursor", async () => {
      const { account } = await place(use());
      expect(await use().accounts.pollCursor(account.id)).toBeUndefined();
      await use().accounts.savePollCursor(account.id, "42");
      expect(await use().accounts.pollCursor(account.id)).toBe("42");
      await use().accounts.savePollCursor(account.id, undefined);
      expect(await use().accounts.pollCursor(account.id)).toBeUndefined();
    });

    it("deletes an account with its conversations and names the files", async () => {
      const { portal, account } = await place(use());
      const { message, conversation } = await accept(use(), inbound(account));
      const file = mediaId(randomUUID());
      await use().media.create({ id: file, portal, message, name: "a", mime: "b", size: 5_000_000_000 });
      expect(await use().media.find(file)).toMatchObject({ id: file, portal, message, size: 5_000_000_000 });
      expect(await use().accounts.delete(newPortalId(), account.id)).toBeUndefined();
      expect(await use().accounts.delete(portal, account.id)).toEqual([file]);
      expect(await use().accounts.delete(portal, account.id)).toBeUndefined();
      expect(await use().conversations.find(portal, conversation)).toBeUndefined();
      expect(await use().messages.find(portal, message)).toBeUndefined();
    });
  });

  it("takes ids that are none for ids of nothing", async () => {
    const { portal } = await place(use());
    const store = use();
    for (const rubbish of ["", "1", "'; drop table portals", "\0", "ffffffff-ffff-ffff-ffff-ffffffffffff"]) {
      expect(await store.accounts.find(portal, accountId(rubbish))).toBeUndefined();
      expect(await store.accounts.findAnywhere(accountId(rubbish))).toBeUndefined();
      expect(await store.conversations.find(portal, conversationId(rubbish))).toBeUndefined();
      expect(await store.messages.find(portal, messageId(rubbish))).toBeUndefined();
      expect(await store.messages.retry(portal, messageId(rubbish))).toBeUndefined();
      expect(await store.media.find(mediaId(rubbish))).toBeUndefined();
      expect(await store.messages.acceptReply(reply(portal, conversationId(rubbish)))).toEqual({ kind: "unknown" });
      expect(await store.messages.journal(portal, { conversation: conversationId(rubbish), limit: 5 })).toEqual([]);
    }
  });

  describe("locks and nonces", () => {
    it("gives a lock to one, prolongs it for its holder, and frees it at its end", async () => {
      const { locks } = use();
      const name = `lock-${randomUUID()}`;
      const takers = await Promise.all(["a", "b", "c"].map((owner) => locks.acquire(name, owner, 60_000)));
      expect(takers.filter(Boolean)).toHaveLength(1);
      const holder = ["a", "b", "c"][takers.indexOf(true)] ?? "";
      expect(await locks.acquire(name, holder, 60_000)).toBe(true);
      expect(await locks.renew(name, holder, 60_000)).toBe(true);
      expect(await locks.renew(name, "stranger", 60_000)).toBe(false);
      await locks.release(name, "stranger");
      expect(await locks.acquire(name, "stranger", 60_000)).toBe(false);
      await locks.release(name, holder);
      expect(await locks.acquire(name, "stranger", 0)).toBe(true);
      expect(await locks.renew(name, "stranger", 60_000)).toBe(false);
      expect(await locks.acquire(name, "next", 60_000)).toBe(true);
    });

    it("lets a nonce count once, of its kind, within its life", async () => {
      const { nonces } = use();
      const value = randomUUID();
      await nonces.issue("oauth", value, { domain: "a.example" }, 60_000);
      expect(await nonces.claim("mail", value)).toBeUndefined();
      const claims = await Promise.all([nonces.claim("oauth", value), nonces.claim("oauth", value)]);
      expect(claims.filter((claim) => claim !== undefined)).toEqual([{ domain: "a.example" }]);
      expect(await nonces.claim("oauth", value)).toBeUndefined();
      await nonces.issue("oauth", value, {}, 0);
      expect(await nonces.claim("oauth", value)).toBeUndefined();
    });
  });
}
