/** Two workers over one PostgreSQL, one of which is killed: nobody is greeted twice, and the queue stays even. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshServices } from "../../bench/support/services.ts";
import { until } from "../support/world/until.ts";
import { type ApiAccount, World } from "../support/world/world.ts";

const AGENTS = [21, 22, 23];
const CUSTOMERS = 24;
let services: Awaited<ReturnType<typeof freshServices>>;
let world: World;
let account: ApiAccount;

beforeAll(async () => {
  services = await freshServices();
  const portal = { latencyMs: { "im.notify.system.add": 50 } };
  world = await World.start({ unpaced: true, services: { ...services, workers: 2 }, portal: { portals: [portal] } });
  const { users } = world.portal.portal().portal;
  const [someone] = users.values();
  if (!someone) throw new Error("the portal has people");
  for (const id of AGENTS) users.set(id, { ...someone, id, name: `Agent ${id}`, admin: false });
  await world.install();
  account = await world.connectTelegram();
  await world.api(`/api/accounts/${account.id}`, { method: "PATCH", body: { line: null } });
}, 120_000);
afterAll(async () => {
  await world?.stop();
  await services?.drop();
});

interface Row {
  readonly customer: { readonly name: string };
  readonly operator: { readonly id: string } | null;
  readonly accepted: boolean;
}

const rows = () => world.api<readonly Row[]>(`/api/conversations?folder=all&account=${account.id}&limit=100`);
const shares = (all: readonly Row[]) => AGENTS.map((id) => all.filter((row) => row.operator?.id === String(id)).length);

it("gives everybody as much as everybody, and greets each one once, through the death of a worker", async () => {
  const queue = AGENTS.map((id) => ({ kind: "person", id: String(id) }));
  const settings = { enabled: true, queue, greeting: "Welcome!", forwardMinutes: 60 };
  await world.api(`/api/accounts/${account.id}/own-line`, { method: "PUT", body: settings });
  const customers = Array.from({ length: CUSTOMERS }, () => world.telegram.addPerson());
  for (const { id } of customers) world.telegram.userWrites(id, "hello");
  await until(
    async () => shares(await rows()).reduce((sum, one) => sum + one, 0) >= 4,
    60_000,
    "the first to be given",
  );
  await world.processes[1]?.kill("SIGKILL");
  const journal = () =>
    world.api<readonly { text: string; direction: string; state: string }[]>(
      `/api/journal?account=${account.id}&limit=500`,
    );
  /** What a killed worker was sending is never repeated: nobody knows whether it arrived. */
  const doubtful = async () =>
    (await journal()).filter(({ text, state }) => text === "Welcome!" && state === "uncertain").length;
  const greeted = () => customers.filter(({ id }) => world.telegram.sentTo(id).length > 0).length;
  await until(async () => greeted() + (await doubtful()) >= CUSTOMERS, 120_000, "everybody to be greeted");
  await until(async () => (await rows()).every(({ operator }) => operator !== null), 60_000, "all to be given");
  expect(shares(await rows())).toEqual(AGENTS.map(() => CUSTOMERS / AGENTS.length));
  // An answer ends nothing and greets nobody again.
  for (const { id } of customers) world.telegram.userWrites(id, "are you there?");
  await until(
    async () =>
      (await journal()).filter(({ text, state }) => text === "are you there?" && state === "sent").length === CUSTOMERS,
    120_000,
    "all of it to be kept",
  );
  expect(customers.filter(({ id }) => world.telegram.sentTo(id).length > 1)).toEqual([]);
  expect(greeted() + (await doubtful())).toBeGreaterThanOrEqual(CUSTOMERS);
  expect(await doubtful()).toBeLessThan(CUSTOMERS / 2);
  expect(shares(await rows())).toEqual(AGENTS.map(() => CUSTOMERS / AGENTS.length));
}, 300_000);
