import { describe, expect, it } from "vitest";
import type { ConversationId, PersonId, PortalId } from "../../src/domain/ids.ts";
import type { LinkedEntity } from "../../src/domain/person.ts";
import type { NewPoint } from "../../src/store/contract/people.ts";
import type { Store } from "../../src/store/contract.ts";
import { accept, inbound, newPortalId, place } from "./store-fixtures.ts";

const phone = (key: string, more: Partial<NewPoint> = {}): NewPoint => ({
  kind: "phone",
  key,
  shown: key,
  why: { by: "crm" },
  linkable: true,
  ...more,
});
const email = (key: string): NewPoint => ({ ...phone(key), kind: "email" });
const messenger = (key: string): NewPoint => ({ ...phone(key), kind: "messenger", why: { by: "channel" } });

const deal = (id: string, more: Partial<LinkedEntity> = {}): LinkedEntity => ({
  type: "deal",
  id,
  why: "made",
  title: `Deal ${id}`,
  open: true,
  lastActiveAt: new Date("2026-01-01T00:00:00.000Z"),
  freshAt: new Date("2026-01-02T00:00:00.000Z"),
  ...more,
});

/** One person for each human, whatever arrives first, twice or at once; and every change of it can be taken back. */
export function peopleTests(use: () => Store): void {
  let chats = 0;
  const world = async () => {
    const { portal, account } = await place(use());
    const talk = async () => {
      chats += 1;
      return (await accept(use(), inbound(account, { chatId: `people-${chats}` }))).conversation;
    };
    const identify = (conversation: ConversationId, points: readonly NewPoint[], sharedByMoreThan = 5) =>
      use().people.identify(portal, { conversation, points, sharedByMoreThan });
    return { portal, talk, identify };
  };
  const personOf = async (portal: PortalId, person: PersonId) => {
    const found = await use().people.find(portal, person);
    if (!found) throw new Error("no such person");
    return found;
  };

  describe("people", () => {
    it("are found by any of their points, across conversations", async () => {
      const { portal, talk, identify } = await world();
      const [first, second] = [await talk(), await talk()];
      const maria = await identify(first, [messenger("a:1"), phone("+79031234567")]);
      expect(maria).toMatchObject({ isNew: true, joined: [], kept: [] });
      const again = await identify(second, [messenger("b:7"), phone("+79031234567"), email("maria@example.com")]);
      expect(again).toMatchObject({ person: maria.person, isNew: false });
      expect(again.added.map((point) => point.key)).toEqual(["b:7", "maria@example.com"]);
      const person = await personOf(portal, maria.person);
      expect(new Set(person.conversations)).toEqual(new Set([first, second]));
      const read = await use().conversations.findMany(portal, [...person.conversations, "rubbish" as ConversationId]);
      expect(new Set(read.map((one) => one.id))).toEqual(new Set([first, second]));
      expect(await use().conversations.findMany(newPortalId(), person.conversations)).toEqual([]);
      expect(person.points.map((point) => [point.key, point.first])).toEqual(
        expect.arrayContaining([
          ["a:1", true],
          ["+79031234567", true],
          ["b:7", false],
          ["maria@example.com", true],
        ]),
      );
      expect((await use().people.ofConversation(portal, second))?.id).toBe(maria.person);
      expect(await use().people.find(newPortalId(), maria.person)).toBeUndefined();
    });

    it("are one however many first messages come at once", async () => {
      const { portal, talk, identify } = await world();
      const conversations = [await talk(), await talk(), await talk(), await talk()];
      const found = await Promise.all(
        conversations.map((conversation, index) =>
          identify(conversation, [messenger(`m:${index}`), phone("+34911223344")]),
        ),
      );
      expect(new Set(found.map((one) => one.person)).size).toBe(1);
      expect(found.filter((one) => one.isNew)).toHaveLength(1);
      expect((await personOf(portal, found[0]?.person as PersonId)).points).toHaveLength(5);
    });

    it("become one when a point shows that they are: the older stays, and undoing parts them again", async () => {
      const { portal, talk, identify } = await world();
      const [first, second] = [await talk(), await talk()];
      const known = await identify(first, [messenger("a:1"), phone("+79031234567")]);
      const visitor = await identify(second, [messenger("web:9")]);
      await use().people.saveEntities(portal, visitor.person, [deal("5")]);
      const joined = await identify(second, [messenger("web:9"), phone("+79031234567")]);
      expect(joined).toMatchObject({ person: known.person, joined: [visitor.person] });
      const whole = await personOf(portal, known.person);
      expect(whole.points).toHaveLength(3);
      expect(whole.entities.map((entity) => entity.id)).toEqual(["5"]);
      expect(await use().people.find(portal, visitor.person)).toBeUndefined();

      const [entry] = await use().people.audit(portal, known.person, 10);
      expect(entry).toMatchObject({ by: "tracker", what: "joined", about: { kind: "phone", key: "+79031234567" } });
      expect(await use().people.undo(portal, "1", entry?.id ?? "")).toMatchObject({
        kind: "done",
        person: visitor.person,
      });
      expect((await personOf(portal, visitor.person)).points.map((point) => point.key)).toEqual(["web:9"]);
      expect((await personOf(portal, visitor.person)).conversations).toEqual([second]);
      expect((await personOf(portal, known.person)).conversations).toEqual([first]);
      expect(await use().people.undo(portal, "1", entry?.id ?? "")).toMatchObject({ kind: "conflict" });
    });

    it("with a phone each are never joined by what one of them writes", async () => {
      const { portal, talk, identify } = await world();
      const [first, second] = [await talk(), await talk()];
      const one = await identify(first, [messenger("a:1"), phone("+79030000001")]);
      const other = await identify(second, [messenger("a:2"), phone("+79030000002")]);
      const still = await identify(second, [phone("+79030000001")]);
      expect(still).toMatchObject({ person: other.person, joined: [], kept: [one.person], added: [] });
      expect((await personOf(portal, one.person)).points).toHaveLength(2);
    });

    it("are not joined by a number that too many use, nor by one that never links", async () => {
      const { portal, talk, identify } = await world();
      const found: PersonId[] = [];
      for (let index = 0; index < 4; index += 1)
        found.push((await identify(await talk(), [messenger(`s:${index}`), phone("+74950000000")], 2)).person);
      expect(found[1]).toBe(found[0]);
      expect(new Set(found).size).toBe(3);
      const point = (await personOf(portal, found[0] as PersonId)).points.find((one) => one.kind === "phone");
      expect(point?.shared).toBe(true);

      const own = phone("+74951111111", { linkable: false });
      const [a, b] = [await identify(await talk(), [own]), await identify(await talk(), [own])];
      expect(a.person).not.toBe(b.person);
    });

    it("keep their first phone as the link", async () => {
      const { portal, talk, identify } = await world();
      const chat = await talk();
      const { person } = await identify(chat, [phone("+79030000003"), phone("+79030000004")]);
      await identify(chat, [phone("+79030000005")]);
      const firsts = (await personOf(portal, person)).points.filter((point) => point.first).map((point) => point.key);
      expect(firsts).toEqual(["+79030000003"]);
    });

    it("are changed by an admin, and every change can be taken back unless something changed since", async () => {
      const { portal, talk, identify } = await world();
      const [first, second] = [await talk(), await talk()];
      const one = (await identify(first, [messenger("a:1"), phone("+79030000006")])).person;
      const other = (await identify(second, [messenger("a:2"), phone("+79030000007")])).person;
      const people = use().people;
      const entryOf = (change: Awaited<ReturnType<typeof people.merge>>) =>
        change.kind === "done" ? change.entry : "";

      const removed = await people.removePoint(portal, "1", "phone", "+79030000006");
      expect((await personOf(portal, one)).points.map((point) => point.key)).toEqual(["a:1"]);
      expect(await people.undo(portal, "1", entryOf(removed))).toMatchObject({ kind: "done" });
      expect((await personOf(portal, one)).points).toHaveLength(2);

      const moved = await people.movePoint(portal, "1", "phone", "+79030000006", other);
      expect(moved).toMatchObject({ kind: "done", person: other });
      expect(
        (await personOf(portal, other)).points.filter((point) => point.first && point.kind === "phone"),
      ).toHaveLength(1);
      await people.removePoint(portal, "1", "phone", "+79030000006");
      expect(await people.undo(portal, "1", entryOf(moved))).toMatchObject({ kind: "conflict" });

      const merged = await people.merge(portal, "1", other, one);
      expect((await personOf(portal, one)).conversations).toHaveLength(2);
      expect(await people.find(portal, other)).toBeUndefined();
      expect(await people.undo(portal, "1", entryOf(merged))).toMatchObject({ kind: "done", person: other });
      expect((await personOf(portal, other)).conversations).toEqual([second]);

      const parted = await people.split(portal, "1", other, {
        points: [{ kind: "messenger", key: "a:2" }],
        conversations: [second],
      });
      if (parted.kind !== "done") throw new Error("not split");
      expect((await personOf(portal, parted.person)).conversations).toEqual([second]);
      expect((await personOf(portal, other)).points.map((point) => point.key)).toEqual(["+79030000007"]);
      await people.undo(portal, "1", parted.entry);
      expect(await people.find(portal, parted.person)).toBeUndefined();
      expect((await personOf(portal, other)).conversations).toEqual([second]);

      expect(await people.removePoint(portal, "1", "phone", "+1")).toEqual({ kind: "unknown" });
      expect(await people.merge(newPortalId(), "1", one, other)).toEqual({ kind: "unknown" });
      expect(await people.split(portal, "1", one, { points: [], conversations: [] })).toMatchObject({
        kind: "conflict",
      });
      expect(await people.undo(portal, "1", "rubbish")).toEqual({ kind: "unknown" });
    });

    it("have their points in the order in which they came, also those that were taken away and put back", async () => {
      const { portal, talk, identify } = await world();
      // Brought in one go, so that their times differ by less than a millisecond; in no order of the alphabet.
      const keys = Array.from({ length: 24 }, (_, at) => `+790300001${String((at * 7) % 24).padStart(2, "0")}`);
      const { person } = await identify(await talk(), [...keys.map((key) => phone(key)), email("order@example.com")]);
      const inOrder = [...keys, "order@example.com"];
      const points = async () => (await personOf(portal, person)).points;
      expect((await points()).map((point) => point.key)).toEqual(inOrder);
      for (const key of keys) {
        const removed = await use().people.removePoint(portal, "1", "phone", key);
        if (removed.kind !== "done") throw new Error("not removed");
        await use().people.undo(portal, "1", removed.entry);
        expect((await points()).map((point) => point.key)).toEqual(inOrder);
        expect((await points()).flatMap((point) => (point.first ? [point.key] : []))).toEqual([
          keys[0],
          "order@example.com",
        ]);
      }
    });

    it("are known by their numbers and addresses, in their portal only", async () => {
      const { portal, talk, identify } = await world();
      const other = await world();
      const address = `known-${chats}@example.com`;
      await identify(await talk(), [messenger(`known:${chats}`), email(address), phone("+4915112345678")]);
      const asked = [address, "nobody@example.com", "+4915112345678"];
      expect(await use().people.knownPoints(portal, "email", asked)).toEqual([address]);
      expect(await use().people.knownPoints(portal, "phone", asked)).toEqual(["+4915112345678"]);
      expect(await use().people.knownPoints(other.portal, "email", asked)).toEqual([]);
      expect(await use().people.knownPoints(portal, "email", [])).toEqual([]);
    });

    it("tell the companies of those who have an address at a domain", async () => {
      const { portal, talk, identify } = await world();
      const other = await world();
      const people = use().people;
      const domain = `domain-${chats}.example`;
      const { person } = await identify(await talk(), [email(`anna@${domain}`)]);
      const { person: neighbour } = await identify(await talk(), [email(`boris@sub.${domain}`)]);
      await people.saveEntities(portal, person, [deal("1"), deal("71", { type: "company" })]);
      await people.saveEntities(portal, neighbour, [deal("72", { type: "company" })]);
      expect(await people.companiesAt(portal, domain)).toEqual(["71"]);
      expect(await people.companiesAt(other.portal, domain)).toEqual([]);
      await people.removePoint(portal, "1", "email", `anna@${domain}`);
      expect(await people.companiesAt(portal, domain)).toEqual([]);
    });

    it("keep their cards: renewed, marked as changed, followed when converted, gone when deleted", async () => {
      const { portal, talk, identify } = await world();
      const { person } = await identify(await talk(), [messenger("a:1")]);
      const { person: stranger } = await identify(await talk(), [messenger("a:2")]);
      const people = use().people;
      await people.saveEntities(portal, person, [deal("1"), deal("2", { type: "lead" })]);
      await people.saveEntities(portal, stranger, [deal("1", { title: "Renamed" })]);
      const found = (await personOf(portal, person)).entities.find((one) => one.id === "1");
      expect(found).toEqual(deal("1", { title: "Renamed" }));
      expect((await people.ofEntity(portal, "deal", "1"))?.id).toBe(person);

      await people.noteChanged(portal, "deal", "1");
      expect((await personOf(portal, person)).entities.find((one) => one.id === "1")?.freshAt).toBeUndefined();
      await people.entityGone(portal, "lead", "2", { type: "deal", id: "9" });
      await people.entityGone(portal, "deal", "1");
      expect((await personOf(portal, person)).entities.map((one) => [one.type, one.id])).toEqual([["deal", "9"]]);

      await people.saveEntities(portal, stranger, [deal("9", { why: "admin" })]);
      expect((await people.ofEntity(portal, "deal", "9"))?.id).toBe(stranger);
    });

    it("have a card chosen that takes what they write, one at a time, and put back as it was", async () => {
      const { portal, talk, identify } = await world();
      const { person } = await identify(await talk(), [messenger("a:1")]);
      const { person: stranger } = await identify(await talk(), [messenger("a:2")]);
      const people = use().people;
      const chosen = async (of: PersonId) =>
        (await personOf(portal, of)).entities.flatMap((one) => (one.chosen === true ? [`${one.id} ${one.why}`] : []));
      const entryOf = (change: Awaited<ReturnType<typeof people.chooseCard>>) =>
        change.kind === "done" ? change.entry : "";
      await people.saveEntities(portal, person, [deal("1"), deal("2", { why: "contact" })]);
      await people.saveEntities(portal, stranger, [deal("3", { why: "phone" })]);
      expect(await chosen(person)).toEqual([]);

      const first = await people.chooseCard(portal, "7", person, deal("1", { why: "admin", title: "Renamed" }));
      expect(first).toMatchObject({ kind: "done", person });
      expect(await chosen(person)).toEqual(["1 made"]);
      expect((await people.ofEntity(portal, "deal", "1"))?.entities.find((one) => one.id === "1")?.title).toBe(
        "Renamed",
      );
      expect(await people.chooseCard(portal, "7", person, deal("1"))).toMatchObject({
        kind: "conflict",
        reason: "chosen-already",
      });
      // What is read again from the portal stays chosen.
      await people.saveEntities(portal, person, [deal("1")]);
      expect(await chosen(person)).toEqual(["1 made"]);

      const taken = await people.chooseCard(portal, "7", person, deal("3", { why: "admin" }));
      expect(await chosen(person)).toEqual(["3 admin"]);
      expect((await personOf(portal, stranger)).entities).toEqual([]);
      const unknown = await people.chooseCard(portal, "7", person, deal("4", { why: "admin" }));
      expect(await chosen(person)).toEqual(["4 admin"]);
      expect((await people.audit(portal, person, 10))[0]).toMatchObject({
        by: "7",
        what: "card-chosen",
        about: { type: "deal", id: "4", title: "Deal 4" },
      });

      expect(await people.undo(portal, "7", entryOf(taken))).toMatchObject({
        kind: "conflict",
        reason: "changed-since",
      });
      expect(await people.undo(portal, "7", entryOf(unknown))).toMatchObject({ kind: "done", person });
      expect(await chosen(person)).toEqual(["3 admin"]);
      expect(await people.ofEntity(portal, "deal", "4")).toBeUndefined();
      expect(await people.undo(portal, "7", entryOf(taken))).toMatchObject({ kind: "done" });
      expect(await chosen(person)).toEqual(["1 made"]);
      expect((await people.ofEntity(portal, "deal", "3"))?.id).toBe(stranger);
      expect((await personOf(portal, stranger)).entities[0]?.why).toBe("phone");
      expect(await people.undo(portal, "7", entryOf(first))).toMatchObject({ kind: "done" });
      expect(await chosen(person)).toEqual([]);

      expect(await people.chooseCard(newPortalId(), "7", person, deal("1"))).toEqual({ kind: "unknown" });
    });

    it("are searched by name and by a part of a point, page by page", async () => {
      const { portal, account } = await place(use());
      const made: PersonId[] = [];
      for (let index = 0; index < 5; index += 1) {
        const { conversation } = await accept(
          use(),
          inbound(account, {
            chatId: `found-${index}`,
            customer: { externalId: `p${index}`, name: index === 3 ? "100%_Maria" : "Ivan" },
          }),
        );
        const points = [messenger(`f:${index}`), email(`who${index}@example.com`)];
        made.push((await use().people.identify(portal, { conversation, points, sharedByMoreThan: 5 })).person);
      }
      const idsOf = async (text: string) =>
        (await use().people.search(portal, { text, limit: 10 })).people.map((one) => one.id);
      expect(await idsOf("%_mar")).toEqual([made[3]]);
      expect(await idsOf("WHO2@")).toEqual([made[2]]);
      expect(await idsOf("nobody")).toEqual([]);
      const seen: PersonId[] = [];
      let before: string | undefined;
      do {
        const page = await use().people.search(portal, { limit: 2, ...(before !== undefined && { before }) });
        seen.push(...page.people.map((one) => one.id));
        before = page.next;
      } while (before !== undefined);
      expect(seen).toEqual(made.toReversed());
      expect((await use().people.search(newPortalId(), { limit: 10 })).people).toEqual([]);
    });

    it("of one portal are nobody in another, whatever is asked about them there", async () => {
      const [ours, theirs] = [await world(), await world()];
      const people = use().people;
      const points = [messenger("a:1"), phone("+34600111222"), email("ana@example.com")];
      const chat = await ours.talk();
      const { person } = await ours.identify(chat, points);
      await people.saveEntities(ours.portal, person, [deal("77")]);
      const foreign = await theirs.identify(await theirs.talk(), points);
      expect(foreign).toMatchObject({ isNew: true });
      expect(foreign.person).not.toBe(person);
      await expect(people.identify(theirs.portal, { conversation: chat, points, sharedByMoreThan: 5 })).rejects.toThrow(
        /gone/,
      );

      const there = theirs.portal;
      expect([
        await people.find(there, person),
        await people.ofConversation(there, chat),
        await people.ofEntity(there, "deal", "77"),
        await people.audit(there, person, 10),
      ]).toEqual([undefined, undefined, undefined, []]);
      const found = await people.search(there, { text: "+34600111222", limit: 10 });
      expect(found.people.map((one) => one.id)).toEqual([foreign.person]);

      const before = await personOf(ours.portal, person);
      await people.saveEntities(there, person, [deal("78"), deal("77", { title: "Theirs", why: "admin" })]);
      await people.noteChanged(there, "deal", "77");
      await people.entityGone(there, "deal", "77");
      expect(await people.removeEntity(there, "1", "deal", "77")).toEqual({ kind: "unknown" });
      expect(await people.movePoint(there, "1", "phone", "+34600111222", person)).toEqual({ kind: "unknown" });
      expect(await people.merge(there, "1", person, foreign.person)).toEqual({ kind: "unknown" });
      expect(await people.merge(there, "1", foreign.person, person)).toEqual({ kind: "unknown" });
      expect(
        await people.split(there, "1", person, { points: [points[1] as NewPoint], conversations: [chat] }),
      ).toEqual({ kind: "unknown" });
      const removed = await people.removePoint(ours.portal, "1", "email", "ana@example.com");
      if (removed.kind !== "done") throw new Error("not removed");
      expect(await people.undo(there, "1", removed.entry)).toEqual({ kind: "unknown" });
      await people.undo(ours.portal, "1", removed.entry);
      expect(await personOf(ours.portal, person)).toEqual(before);
      expect((await personOf(there, foreign.person)).entities).toEqual([]);
    });
  });
}
