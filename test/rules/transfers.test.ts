import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Sides, whoIsFollowed } from "../../src/rules/transfers.ts";

const person = fc.constantFrom("1", "5", "7");
const somebody = fc.option(person);
const sides: fc.Arbitrary<Sides> = fc.record({
  operator: somebody,
  knownOperator: somebody,
  cards: fc.array(fc.record({ responsible: somebody, known: somebody }), { maxLength: 3 }),
  chatAt: fc.option(fc.nat(3)),
  cardAt: fc.option(fc.nat(3)),
});

/** How it is after both sides follow, and the portal tells of our own writes. */
const afterwards = ({ cards }: Sides, who: string): Sides => ({
  operator: who,
  knownOperator: who,
  cards: cards.map(() => ({ responsible: who, known: who })),
  chatAt: 9,
  cardAt: 9,
});

describe("whoever changed what", () => {
  test("somebody is followed once: what we write ourselves is no change", () => {
    fc.assert(
      fc.property(sides, (given) => {
        const followed = whoIsFollowed(given);
        if (followed) expect(whoIsFollowed(afterwards(given, followed.person))).toBeUndefined();
      }),
    );
  });

  test("nobody is followed where nothing changed, and nobody who is not there now", () => {
    fc.assert(
      fc.property(sides, (given) => {
        const still = given.cards.map(({ known }) => ({ responsible: known, known }));
        expect(whoIsFollowed({ ...given, operator: given.knownOperator, cards: still })).toBeUndefined();
        const followed = whoIsFollowed(given);
        if (followed?.by === "chat") expect(followed.person).toBe(given.operator);
        if (followed?.by === "card") expect(given.cards.map((card) => card.responsible)).toContain(followed.person);
      }),
    );
  });

  test("the last change counts", () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(9), (chatAt, cardAt) => {
        const cards = [{ responsible: "7", known: "1" }];
        const followed = whoIsFollowed({ operator: "5", knownOperator: "1", cards, chatAt, cardAt });
        expect(followed).toEqual(cardAt > chatAt ? { by: "card", person: "7" } : { by: "chat", person: "5" });
      }),
    );
  });

  test("a chat that nobody has taken, and a card that the portal told nothing of, move nobody", () => {
    const one = { operator: null, knownOperator: "1", chatAt: 1, cardAt: null };
    expect(whoIsFollowed({ ...one, cards: [{ responsible: "7", known: "1" }] })).toBeUndefined();
    expect(whoIsFollowed({ ...one, cardAt: 2, cards: [{ responsible: "7", known: null }] })).toBeUndefined();
    expect(whoIsFollowed({ ...one, cardAt: 2, cards: [{ responsible: null, known: "1" }] })).toBeUndefined();
  });
});
