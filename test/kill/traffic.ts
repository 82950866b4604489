import type { World } from "../support/world/world.ts";

/** What was said on either side, in order, per customer. Every text is unique, so that a double is seen. */
export interface Said {
  readonly customers: Map<number, string[]>;
  readonly operators: Map<number, string[]>;
}

export interface Traffic {
  readonly said: Said;
  /** Somebody writes as often as that from now on. */
  every(pauseMs: number): void;
  stop(): void;
}

/** New people keep arriving, but most messages belong to conversations under way. */
const NEWCOMERS = 0.02;

/** Customers and operators who write all the time, whether the server lives or not. */
export function createTraffic(world: World, random: () => number, startWith: number): Traffic {
  const said: Said = { customers: new Map(), operators: new Map() };
  const { portal } = world.portal.portal();
  let timer: NodeJS.Timeout | undefined;
  let number = 0;

  const join = (): number =>
    world.telegram.addPerson({
      first_name: `Customer${said.customers.size + 1}`,
      username: `customer_${said.customers.size + 1}`,
    }).id;
  const people = Array.from({ length: startWith }, join);
  for (const person of people) said.customers.set(person, []);

  const step = (): void => {
    number += 1;
    if (random() < NEWCOMERS) {
      const person = join();
      people.push(person);
      said.customers.set(person, []);
    }
    const person = people[Math.floor(random() * people.length)];
    if (person === undefined) return;
    if (random() < 0.5) {
      const text = `question ${number} of ${person}`;
      said.customers.get(person)?.push(text);
      world.telegram.userWrites(person, text);
      return;
    }
    const chat = [...portal.chats.values()].find((candidate) => candidate.externalUserId === String(person));
    if (!chat) return;
    const text = `answer ${number} to ${person}`;
    const list = said.operators.get(person) ?? [];
    list.push(text);
    said.operators.set(person, list);
    world.portal.portal().operatorWrites(chat.id, { text, userId: 5 });
  };

  return {
    said,
    every(pauseMs) {
      clearInterval(timer);
      timer = setInterval(step, pauseMs);
    },
    stop() {
      clearInterval(timer);
    },
  };
}
