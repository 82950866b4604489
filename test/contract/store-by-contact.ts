import { describe, expect, it } from "vitest";
import type { Account } from "../../src/domain/account.ts";
import type { InboundRow } from "../../src/store/contract/accept.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newAccount, place, stored } from "./store-fixtures.ts";

/** Messages of people who are known by phone or e-mail alone: who they are and keeping what they say is one decision. */
export function byContactTests(use: () => Store): void {
  interface Contact {
    readonly phone?: string;
    readonly email?: string;
  }
  const chatOf = ({ phone, email }: Contact) => (phone === undefined ? `mail:${email}` : `tel:${phone}`);
  const request = (account: Account, contact: Contact, changes: Partial<InboundRow> = {}): InboundRow =>
    inbound(account, {
      chatId: chatOf(contact),
      customer: { externalId: chatOf(contact), ...contact },
      byContact: true,
      ...changes,
    });
  const conversations = ({ portal, id }: Account) => use().conversations.list(portal, { account: id, limit: 500 });

  describe("accepting by contact", () => {
    it("joins by phone or by e-mail, under the name that the conversation has", async () => {
      const { portal, account } = await place(use());
      const first = await accept(use(), request(account, { phone: "+34600000001", email: "ana@example.org" }));
      const second = await accept(use(), request(account, { email: "ana@example.org" }));
      const third = await accept(use(), request(account, { phone: "+34600000001", email: "work@example.org" }));
      const fourth = await accept(use(), request(account, { email: "work@example.org" }));
      const other = await accept(use(), request(account, { email: "boris@example.org" }));
      expect([second, third, fourth].map((one) => one.conversation)).toEqual(Array(3).fill(first.conversation));
      expect(other.conversation).not.toBe(first.conversation);
      expect(await use().conversations.find(portal, first.conversation)).toMatchObject({
        externalChatId: "tel:+34600000001",
        customer: { externalId: "tel:+34600000001", phone: "+34600000001", email: "work@example.org" },
      });
    });

    it("takes the latest of several that fit, and only of its own account", async () => {
      const { portal, account } = await place(use());
      const older = await accept(use(), request(account, { phone: "+34600000002" }));
      const newer = await accept(use(), request(account, { email: "eva@example.org" }));
      const both = { phone: "+34600000002", email: "eva@example.org" };
      expect((await accept(use(), request(account, both))).conversation).toBe(newer.conversation);
      await accept(use(), inbound(account, { chatId: "tel:+34600000002" }));
      expect((await accept(use(), request(account, { phone: "+34600000002" }))).conversation).toBe(older.conversation);
      const neighbour = await newAccount(use(), portal, "2");
      expect((await accept(use(), request(neighbour, both))).conversation).not.toBe(newer.conversation);
      const stranger = await place(use());
      expect((await accept(use(), request(stranger.account, both))).conversation).not.toBe(newer.conversation);
    });

    it("makes one conversation of first requests that come at the same moment", async () => {
      const { portal, account } = await place(use());
      const pairs = Array.from({ length: 25 }, (_, n) => ({ phone: `+346000002${n}`, email: `q${n}@example.org` }));
      await Promise.all(
        pairs.flatMap(({ phone, email }) => [
          use().messages.acceptInbound([request(account, { phone, email })]),
          use().messages.acceptInbound([request(account, { email })]),
        ]),
      );
      expect(await conversations(account)).toHaveLength(pairs.length);
      expect(await use().messages.journal(portal, { limit: 500 })).toHaveLength(2 * pairs.length);
    });

    it("loses nothing when calls cross on the same people in other orders, changes and other messages among them", async () => {
      const { portal, account } = await place(use());
      const people = Array.from({ length: 6 }, (_, n) => ({ phone: `+346000003${n}`, email: `r${n}@example.org` }));
      const calls = Array.from({ length: 12 }, (_, call) => {
        const rows = people.map((person, n) =>
          request(
            account,
            (call + n) % 2 === 0 ? { email: person.email, phone: person.phone } : { email: person.email },
          ),
        );
        const ordered = call % 3 === 0 ? rows.toReversed() : rows;
        const plain = inbound(account, { chatId: "plain" });
        const removal = { ...inbound(account, { chatId: "plain", kind: "delete" }), customer: undefined };
        return use().messages.acceptInbound([...ordered, plain, { ...removal, externalId: plain.externalId }]);
      });
      const results = (await Promise.all(calls)).flat();
      expect(results.map((result) => result.kind)).toEqual(Array(12 * 8).fill("stored"));
      expect(await conversations(account)).toHaveLength(people.length + 1);
      expect(await use().messages.journal(portal, { changes: true, limit: 500 })).toHaveLength(12 * 8);
    });

    it("keeps one row of what is told twice, and leaves no conversation for the second", async () => {
      const { account } = await place(use());
      const row = request(account, { email: "twice@example.org" });
      const told = await Promise.all([use().messages.acceptInbound([row]), use().messages.acceptInbound([row, row])]);
      expect(
        told
          .flat()
          .map((one) => one.kind)
          .sort(),
      ).toEqual(["duplicate", "duplicate", "stored"]);
      const again = { ...row, chatId: "mail:other", customer: { externalId: "x", email: "other@example.org" } };
      expect((await use().messages.acceptInbound([again])).map((one) => one.kind)).toEqual(["duplicate"]);
      expect(await conversations(account)).toHaveLength(1);
    });

    it("answers in the order of the rows and takes contacts of any length, and nobody's", async () => {
      const { account } = await place(use());
      const long = `${"x".repeat(5_000)}\u0000\ud800@example.org`;
      const rows = [
        request(account, { email: long, phone: "9".repeat(5_000) }),
        request(account, { email: long }),
        request(account, { email: `${long}.com` }),
        request(account, {}, { chatId: "request:1", customer: { externalId: "request:1" } }),
        request(account, {}, { chatId: "request:2", customer: { externalId: "request:2" } }),
      ];
      const accepted = (await use().messages.acceptInbound(rows)).map(stored).map((one) => one.conversation);
      expect(accepted[1]).toBe(accepted[0]);
      expect(new Set(accepted).size).toBe(4);
    });
  });
}
