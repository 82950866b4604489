/** "No answer in N minutes", seen from the portal, on a clock that goes on by hand: in a line, and where there is none. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cardsWith } from "../relay/crm/cards.ts";
import { type ShiftedClock, shiftedClock } from "../support/world/shifted-clock.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { chatOf, journalOf } from "./support.ts";

const PATIENCE_MS = 30_000;
const TIMEOUT_MS = 120_000;
const MINUTE = 60_000;
let clock: ShiftedClock;
let world: World;
/** The same person at two bots is one. */
let customers = 5_000_000_000;

beforeAll(async () => {
  clock = await shiftedClock();
  world = await World.start({
    unpaced: true,
    env: clock.env,
  });
  await world.install();
  // The line takes people of one name for one, and writes their numbers into one card.
  Object.assign(world.portal.portal().portal.line(1)?.config ?? {}, {
    CRM: "N",
    CRM_CREATE: "none",
    CRM_CHAT_TRACKER: "N",
  });
  await world.api("/api/rules", { method: "PUT", body: { ruleset: { owner: { who: "rules" } }, basedOn: 0 } });
}, TIMEOUT_MS);
afterAll(async () => {
  await world?.stop();
  await clock?.remove();
});

const make = (minutes: number, account: ApiAccount) =>
  world.api<{ id: string }>("/api/automation/triggers", {
    method: "POST",
    body: { kind: "no-answer", name: `${minutes} minutes`, filter: { account: account.id, minutes } },
  });
const fired = ({ id }: { readonly id: string }) =>
  world.portal.portal().portal.automation.executions.filter(({ code }) => code === `threadline-${id}`);
const lead = (phone: string) => cardsWith(world.portal, "lead", phone)[0]?.id;

interface Waiting {
  readonly person: number;
  readonly said: string;
}

/** Another customer writes and their message is dealt with: whatever was due before has been looked at. */
async function writes(text: string, phone: string, bot?: string): Promise<Waiting> {
  customers += 1;
  const person = world.telegram.addPerson({ id: customers }, bot).id;
  world.telegram.userWrites(person, `${text} ${phone}`, bot === undefined ? {} : { bot });
  await until(() => lead(phone) !== undefined, PATIENCE_MS, `the lead of ${phone}`);
  await until(
    async () => (await journalOf(world)).some((one) => one.text === `${text} ${phone}` && one.state === "sent"),
    PATIENCE_MS,
    `“${text}” to be done with`,
  );
  return { person, said: `${text} ${phone}` };
}

/** Two minutes are over for whoever waits, and not eight; an answer ends the wait, and a new word begins the next. */
async function walks(account: ApiAccount, number: string, answers: (whom: Waiting) => Promise<void>, bot?: string) {
  const [two, eight] = [await make(2, account), await make(8, account)];
  const waits = await writes("hello", `${number}1`, bot);
  await clock.advance(MINUTE);
  // Somebody else's message passes through after the clock went on: nothing was due yet.
  const other = await writes("me too", `${number}2`, bot);
  expect(fired(two)).toEqual([]);
  await answers(other);
  await clock.advance(2 * MINUTE);
  await until(
    () => fired(two).length > 0,
    PATIENCE_MS,
    "the wait to be too long",
    () => JSON.stringify(fired(two)),
  );
  expect(fired(two)).toMatchObject([{ typeId: 1, id: lead(`${number}1`) }]);
  await answers(waits);
  await clock.advance(12 * MINUTE);
  await writes("and me", `${number}3`, bot);
  // Neither fires for who was answered, and two minutes fire once for one wait.
  expect(fired(two)).toHaveLength(1);
  expect(fired(eight)).toEqual([]);
  await clock.advance(9 * MINUTE);
  await until(() => fired(eight).length > 0, PATIENCE_MS, "the longer wait");
  expect(fired(eight)).toMatchObject([{ id: lead(`${number}3`) }]);
  expect(fired(two).map(({ id }) => id)).toEqual([lead(`${number}1`), lead(`${number}3`)]);
}

describe("nobody answers", () => {
  test(
    "in an open line",
    async () => {
      const account = await world.connectTelegram();
      await walks(account, "+7908544780", async ({ person }) => {
        world.portal.portal().operatorWrites(chatOf(world, String(person)), { text: `Here you are, ${person}` });
        await until(
          () => world.telegram.sentTo(person).some(({ text }) => text?.includes(`Here you are, ${person}`)),
          PATIENCE_MS,
          "the answer",
        );
      });
    },
    TIMEOUT_MS,
  );

  test(
    "in an account without one",
    async () => {
      const { token } = world.telegram.addBot();
      const account = await world.api<ApiAccount>("/api/accounts", {
        method: "POST",
        body: { channel: "telegram", name: "Own bot", credentials: { token } },
      });
      await world.api(`/api/accounts/${account.id}/own-line`, {
        method: "PUT",
        body: { enabled: true, queue: [{ kind: "person", id: "1" }] },
      });
      await walks(
        account,
        "+7908544790",
        async ({ person, said }) => {
          const text = `Here you are, ${person}`;
          const asked = (await journalOf(world)).find((one) => one.text === said);
          await world.api(`/api/conversations/${asked?.conversation}/messages`, {
            method: "POST",
            body: { clientId: crypto.randomUUID(), text },
          });
          await until(
            () => world.telegram.sentTo(person, token).some((sent) => sent.text?.includes(text)),
            PATIENCE_MS,
            "the answer",
          );
        },
        token,
      );
    },
    TIMEOUT_MS,
  );
});
