/** The golden cases through the command itself, in any order of their mails. */
import { describe, expect, it } from "vitest";
import { groupMails } from "../../../src/mail/threads/group-mails.ts";
import { ask, type Lists, sorted } from "./ask.ts";
import { type Case, factsOf, own } from "./case.ts";
import { identityCases } from "./identity-cases.ts";
import { createMemoryIndex } from "./memory-index.ts";
import { threadCases } from "./thread-cases.ts";

/** With the lists of one that a case leaves out. */
function whole(lists: Lists, count: number): number[][] {
  const named = new Set(lists.flat());
  const single = Array.from({ length: count }, (_, index) => [index]).filter(([index = -1]) => !named.has(index));
  return sorted([...lists, ...single]);
}

/** Three orders that differ in every pair of neighbours, and the given one. */
const orders = (count: number): number[][] => {
  const forth = Array.from({ length: count }, (_, index) => index);
  const odd = [...forth.filter((index) => index % 2 === 1), ...forth.filter((index) => index % 2 === 0)];
  return [forth, forth.toReversed(), odd, odd.toReversed()];
};

async function check({ own: itsOwn, more, mails, messages = [], threads: chains, activities }: Case): Promise<void> {
  const wanted = {
    messages: whole(messages, mails.length),
    threads: whole(chains ?? messages, mails.length),
    activities: activities === undefined ? whole(messages, mails.length) : sorted(activities),
  };
  for (const order of orders(mails.length)) {
    const given = order.map((index) => mails[index]);
    const answer = await ask({ own: itsOwn ?? own, mails: given, ...more });
    const back = (lists: Lists) => sorted(lists.map((list) => list.map((place) => order[place] ?? -1)));
    expect({
      messages: back(answer.messages),
      threads: back(answer.threads),
      activities: back(answer.activities),
    }).toEqual(wanted);
    for (const lists of [answer.messages, answer.threads, answer.activities]) expect(sorted(lists)).toEqual(lists);
  }
}

/** One after another, as they come: each beside what the index knows of those before it. */
function grow(given: Case): void {
  const rules = { changedSubjectBeginsThread: given.more?.changedSubjectBeginsThread === true };
  const facts = factsOf(given);
  const index = createMemoryIndex(rules);
  const ids = facts.map((one) => index.keep([one])[0] ?? -1);
  const groups = (of: (mail: number) => number) =>
    sorted(
      Object.values(Object.groupBy(ids.keys(), (place) => of(ids[place] ?? -1))).flatMap((list) =>
        list ? [list] : [],
      ),
    );
  const { messages, threads: chains } = groupMails(facts, rules);
  expect({ messages: groups((mail) => mail), threads: groups(index.threadOf) }).toEqual({ messages, threads: chains });
}

describe("one mail or several", () => {
  it.each(identityCases)("$name", check);
  it.each(identityCases)("as they come: $name", grow);
});

describe("one thread or several", () => {
  it.each(threadCases)("$name", check);
  it.each(threadCases)("as they come: $name", grow);
});
