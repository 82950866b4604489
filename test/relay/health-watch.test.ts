import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Account, ConnectionState } from "../../src/domain/account.ts";
import type { OpenLines, PortalOutcome } from "../../src/portal/contract.ts";
import { createHealthWatch, type HealthWatchDeps } from "../../src/relay/health-watch.ts";
import { daysBefore, localTime } from "../../src/relay/local-time.ts";
import { createTally, writeTally } from "../../src/relay/tally.ts";
import { localeOf } from "../../src/server/locale.ts";
import { Relay } from "./harness.ts";

let relay: Relay;
let account: Account;
const MINUTE = 60_000;
const HOUR = 3_600_000;

beforeAll(async () => {
  relay = await Relay.start();
});
afterAll(() => relay.stop());

beforeEach(async () => {
  relay.resetClock();
  relay.emulator.faults.clear();
  relay.emulator.portal().portal.notifications.length = 0;
  relay.deps.metrics.alarmsRaised.reset();
  calls();
  const { store, portal } = relay;
  for (const old of await store.accounts.list(portal)) await store.accounts.delete(portal, old.id);
  account = await newAccount("Sales bot");
  await store.portals.update(portal, { active: true, language: "en" });
  await store.health.saveSettings(portal, { people: [{ id: "1", name: "Ann" }] });
});

function newAccount(name: string): Promise<Account> {
  return relay.store.accounts.create(relay.portal, {
    channel: "fake",
    name,
    credentials: {},
    settings: {},
    webhookSecret: "s",
    connection: { kind: "connected", sentence: "Connected." },
  });
}

const watch = (owner = "worker-1", changes: Partial<HealthWatchDeps> = {}) =>
  createHealthWatch({ ...relay.deps, localeOf, owner, ...changes });
const is = (kind: ConnectionState["kind"], sentence = "It does not answer.") =>
  relay.store.accounts.update(relay.portal, account.id, { connection: { kind, sentence } });
/** What each person sees in the portal, oldest first. */
const notices = () =>
  relay.emulator.portal().portal.notifications.map(({ userId, message }) => `${userId}: ${message}`);
const raised = async () =>
  (await relay.deps.metrics.alarmsRaised.get()).values.reduce((sum, { value }) => sum + value, 0);

describe("an account that goes down", () => {
  it("is told once to everybody chosen, and its all-clear takes the alarm's place", async () => {
    await relay.store.health.saveSettings(relay.portal, {
      people: [
        { id: "1", name: "Ann" },
        { id: "5", name: "Boris" },
      ],
    });
    const looks = watch();
    await looks.look();
    expect(notices()).toEqual([]);
    await is("logged-out", "Log in again.");
    await looks.look();
    await looks.look();
    expect(notices()).toEqual([
      expect.stringMatching(/^1: Sales bot \(Fake channel\) works no more until somebody sees to it. Log in again\./),
      expect.stringMatching(/^5: Sales bot/),
    ]);
    expect(await raised()).toBe(1);
    await is("connected");
    await looks.look();
    expect(notices()).toHaveLength(2);
    relay.advance(31_000);
    await looks.look();
    expect(notices()).toEqual([
      expect.stringMatching(/^1: Sales bot .*is connected again/),
      expect.stringMatching(/^5: Sales bot .*is connected again/),
    ]);
    await looks.look();
    expect(notices()).toHaveLength(2);
    expect(await relay.store.health.untold(relay.portal)).toEqual([]);
  });

  it("is not told while it may come back by itself within two minutes", async () => {
    const looks = watch();
    await is("transient-disconnect");
    relay.advance(MINUTE);
    await looks.look();
    await is("starting");
    relay.advance(50_000);
    await looks.look();
    expect(notices()).toEqual([]);
    await is("connected");
    relay.advance(HOUR);
    await looks.look();
    expect(notices()).toEqual([]);
    expect(await raised()).toBe(0);

    relay.resetClock();
    const later = watch();
    await is("transient-disconnect");
    await is("starting");
    relay.advance(2 * MINUTE + 1000);
    await later.look();
    expect(notices()).toEqual([expect.stringMatching(/the connection is down/)]);
  });

  it("is told anew, in place of the first notice, when it turns out that only a person helps", async () => {
    const looks = watch();
    await is("transient-disconnect");
    relay.advance(3 * MINUTE);
    await looks.look();
    await is("bad-credentials", "The token is not accepted.");
    await looks.look();
    expect(notices()).toEqual([expect.stringMatching(/The token is not accepted/)]);
    expect(await raised()).toBe(1);
  });

  it("is told by one of two workers that look at the same time", async () => {
    await is("failed");
    const [one, two] = [watch("worker-1"), watch("worker-2")];
    await Promise.all([one.look(), two.look()]);
    await Promise.all([one.look(), two.look()]);
    expect(notices()).toHaveLength(1);
    expect(calls()).toBe(1);
    expect(await raised()).toBe(1);
  });

  it("is told again after a crash between telling and writing it down, which shows one notice, and the all-clear comes", async () => {
    await is("failed");
    const { health } = relay.store;
    const dies = { ...relay.store, health: { ...health, markTold: () => Promise.reject(new Error("killed")) } };
    await watch("worker-1", { store: dies }).look();
    expect(notices()).toHaveLength(1);
    expect(calls()).toBe(1);
    await watch("worker-2").look();
    expect(notices()).toHaveLength(1);
    expect(calls()).toBe(1);

    // Killed again, and mended before anybody looks: who heard the alarm hears its end.
    await is("connected");
    relay.advance(MINUTE);
    await watch("worker-2").look();
    expect(notices()).toEqual([expect.stringMatching(/is connected again/)]);
  });

  it("gives the all-clear to those who heard the alarm, also when its telling was never written down and others are chosen now", async () => {
    await is("failed");
    const { health } = relay.store;
    const dies = { ...relay.store, health: { ...health, markTold: () => Promise.reject(new Error("killed")) } };
    await watch("worker-1", { store: dies }).look();
    await health.saveSettings(relay.portal, { people: [{ id: "5", name: "Boris" }] });
    await is("connected");
    relay.advance(MINUTE);
    await watch("worker-2").look();
    expect(notices()).toEqual([expect.stringMatching(/^1: .*is connected again/)]);
  });

  /** A portal that answers so until it is well; `asked` counts. */
  function ailing(outcome: PortalOutcome<void>) {
    const state = { asked: 0, well: false };
    const notify: OpenLines["notify"] = async (...notice) => {
      state.asked += 1;
      return state.well ? relay.deps.portals.lines(relay.portal).notify(...notice) : outcome;
    };
    return { state, portals: { lines: () => ({ ...relay.deps.portals.lines(relay.portal), notify }) } };
  }

  it("is told later when the portal cannot be reached, with pauses between the tries", async () => {
    const { state, portals } = ailing({ kind: "unreachable", sentence: "The portal cannot be reached just now." });
    await is("failed");
    const looks = watch("worker-1", { portals });
    for (let n = 0; n < 3; n++) await looks.look();
    expect(state.asked).toBe(1);
    state.well = true;
    relay.advance(10_000);
    await looks.look();
    expect(notices()).toHaveLength(1);
  });

  it("is not told in a loop to a portal whose authorisation is dead", async () => {
    const { state, portals } = ailing({ kind: "unauthorised", sentence: "Open the application in Bitrix24." });
    await is("failed");
    const looks = watch("worker-1", { portals });
    for (let n = 0; n < 20; n++) {
      relay.advance(15_000);
      await looks.look();
    }
    expect(state.asked).toBe(1);
    relay.advance(10 * MINUTE);
    await looks.look();
    expect(state.asked).toBe(2);
  });

  it("is not looked at in a portal that is switched off", async () => {
    await is("failed");
    await relay.store.portals.update(relay.portal, { active: false });
    const looks = watch();
    await looks.look();
    expect(await raised()).toBe(0);
    await relay.store.portals.update(relay.portal, { active: true });
    await looks.look();
    expect(notices()).toHaveLength(1);
  });

  it("says in the all-clear when it was switched off, and tells nobody where nobody is chosen", async () => {
    const looks = watch();
    await is("failed");
    await looks.look();
    await relay.store.accounts.update(relay.portal, account.id, { enabled: false });
    await looks.look();
    expect(notices()).toEqual([expect.stringMatching(/was switched off/)]);

    await relay.store.health.saveSettings(relay.portal, { people: [] });
    await relay.store.accounts.update(relay.portal, account.id, { enabled: true });
    relay.emulator.portal().portal.notifications.length = 0;
    await looks.look();
    await is("connected");
    relay.advance(MINUTE);
    await looks.look();
    expect(notices()).toEqual([]);
    expect(await relay.store.health.untold(relay.portal)).toEqual([]);
  });

  it("speaks the portal's language and passes over somebody who left", async () => {
    await relay.store.portals.update(relay.portal, { language: "ru" });
    await relay.store.health.saveSettings(relay.portal, {
      people: [
        { id: "9999", name: "Gone" },
        { id: "1", name: "Ann" },
      ],
    });
    await is("logged-out");
    const looks = watch();
    await looks.look();
    expect(notices()).toEqual([expect.stringMatching(/^1: Sales bot .*без вашего участия/)]);
    expect(await relay.store.health.untold(relay.portal)).toEqual([]);
  });
});

describe("an account that falls silent", () => {
  /** Eight weeks in which something came in every hour, up to so many hours ago. */
  async function busyUntil(hoursAgo: number): Promise<void> {
    const now = relay.deps.now();
    const counts = Array.from({ length: 56 * 24 }, (_, n) => {
      const { day, hour } = localTime(new Date(now.getTime() - (n + 1) * HOUR), undefined);
      const heard = n + 1 >= hoursAgo;
      return { portal: relay.portal, account: account.id, day, hour, watched: true, received: heard ? 1 : 0 };
    });
    await relay.store.health.record([
      ...counts,
      {
        portal: relay.portal,
        account: account.id,
        ...localTime(new Date(now.getTime() - hoursAgo * HOUR), undefined),
        lastReceivedAt: new Date(now.getTime() - hoursAgo * HOUR),
      },
    ]);
  }

  it("is told when it is silent for longer than it ever is, and heard again", async () => {
    await busyUntil(4);
    const looks = watch();
    await looks.look();
    expect(notices()).toEqual([expect.stringMatching(/Sales bot .*unusually silent since .*UTC/)]);
    expect((await relay.store.health.census()).alarms.silent).toBe(1);
    await looks.look();
    expect(calls()).toBe(1);

    const tally = createTally();
    tally.received({ portal: relay.portal, account: account.id }, relay.deps.now());
    await writeTally({ tally, health: relay.store.health, log: relay.deps.log });
    await looks.look();
    expect(notices()).toEqual([expect.stringMatching(/messages come in again/)]);
    relay.advance(20 * MINUTE);
    await looks.look();
    expect(notices()).toHaveLength(1);
  });

  it("is not told while the silence is short, while nobody watched, or while it is down", async () => {
    await busyUntil(1);
    await watch().look();
    expect(notices()).toEqual([]);

    await busyUntil(1);
    await relay.store.health.record([
      {
        portal: relay.portal,
        account: account.id,
        day: daysBefore(localTime(relay.deps.now(), undefined).day, 0),
        hour: 0,
        watched: true,
      },
    ]);
    // Ten hours in which no worker ran: nothing was watched.
    relay.advance(10 * HOUR);
    await watch().look();
    expect(notices()).toEqual([]);
  });
});

/** Notices that were asked of the portal since this was looked at before. */
let counted = 0;
function calls(): number {
  const all = relay.emulator.requests
    .entries({ method: "im.notify.system.add" })
    .reduce((sum, { commands }) => sum + Math.max(1, commands.length), 0);
  const fresh = all - counted;
  counted = all;
  return fresh;
}
