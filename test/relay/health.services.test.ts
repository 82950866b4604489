import { afterAll, beforeAll, expect, it } from "vitest";
import { freshServices } from "../../bench/support/services.ts";
import type { AccountHealthAnswer, HealthAnswer } from "../../src/api/health.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";

/** The real server as its processes are, and two workers that both watch. Their looks are 15 s apart. */
let services: Awaited<ReturnType<typeof freshServices>>;
let world: World;
beforeAll(async () => {
  services = await freshServices();
  world = await World.start({ unpaced: true, services: { ...services, workers: 2 } });
}, 120_000);
afterAll(async () => {
  await world?.stop();
  await services?.drop();
});

async function onBoard(account: ApiAccount): Promise<AccountHealthAnswer> {
  const { accounts } = await world.api<HealthAnswer>("/api/health");
  const found = accounts.find(({ id }) => id === account.id);
  if (!found) throw new Error("the account is not on the board");
  return found;
}

async function metric(line: RegExp): Promise<number> {
  const pages = await Promise.all(
    world.processes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text().then((text) => text.split("\n"))),
  );
  return pages.flat().reduce((sum, text) => (line.test(text) ? sum + Number(text.split(" ").at(-1)) : sum), 0);
}

it("tells an account's trouble once, shows it on the board and to the operator, and gives the all-clear", async () => {
  await world.install();
  const account = await world.connectTelegram();
  const { telegram, portal } = world;
  const { notifications } = portal.portal().portal;
  const person = telegram.addPerson();
  telegram.userWrites(person.id, "Hello!");
  await until(async () => (await onBoard(account)).lastIn !== null, 40_000, "the message on the board");
  expect((await onBoard(account)).today).toMatchObject({ received: 1, refused: 0, failed: 0, uncertain: 0 });

  telegram.bot().revoked = true;
  await until(() => notifications.length > 0, 60_000, "the alarm");
  await until(async () => (await onBoard(account)).alarmedAt !== null, 10_000, "the alarm on the board");
  expect(notifications).toMatchObject([{ userId: 1, message: expect.stringContaining("BotFather") }]);
  expect((await onBoard(account)).connection.kind).toBe("bad-credentials");
  expect(await metric(/^threadline_account_alarms_raised_total\{reason="person"\}/)).toBe(1);
  expect(await metric(/^threadline_accounts\{channel="telegram",state="bad-credentials"\}/)).toBe(3);

  telegram.bot().revoked = false;
  await world.api(`/api/accounts/${account.id}/reconnect`, { method: "POST" });
  const isOver = () => notifications.some(({ message }) => message.includes("is connected again"));
  await until(isOver, 90_000, "the all-clear");
  expect(notifications).toHaveLength(1);
  const told = portal.requests.entries({ method: "im.notify.system.add" });
  expect(told).toHaveLength(2);
  await until(async () => (await onBoard(account)).alarmedAt === null, 10_000, "the board to be clear");
}, 240_000);
