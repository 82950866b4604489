/**
 * Looks at all accounts now and again, raises alarms and gives the all-clear; judging itself is `health.ts`.
 *
 * - Several workers: a lock lets one look at a time, and one tell the people of a portal. Should two do so all the same, the
 *   rows of the alarms let one of them raise, and the tags of the notices show what was told twice once.
 * - Killed before an alarm is written: the next look finds the same. After it, before or while it is told: it is told (again).
 *   After it was told and before that is written down: told again, which replaces the notice. The all-clear goes to everybody
 *   with whom the telling began.
 * - The portal cannot be reached: told later, with growing pauses. It is switched off or its authorisation is dead: not looked
 *   at until that is mended; what was to be told is told then, if it still holds.
 * - The database away: the look is missed, and the next one comes.
 */
import type { ChannelAdapter } from "../channels/contract.ts";
import type { PortalId } from "../domain/ids.ts";
import type { Say } from "../domain/localised.ts";
import type { Logger } from "../log/log.ts";
import type { Metrics } from "../log/metrics.ts";
import type {
  AccountCount,
  AccountStanding,
  Alarm,
  AlarmEnding,
  AlarmKind,
  Raised,
  WatchedPortal,
} from "../store/contract/health.ts";
import type { Store } from "../store/contract.ts";
import { backoff } from "./backoff.ts";
import { HABIT_DAYS, isUnusuallySilent, judgeConnection } from "./health.ts";
import { type BellDeps, ring, toldPeople } from "./health-bell.ts";
import { alarmText, type NoticeLocale } from "./health-wording.ts";
import { daysBefore, localTime } from "./local-time.ts";
import type { Speech } from "./speech.ts";
import { withLock } from "./with-lock.ts";

export interface HealthWatchDeps extends BellDeps {
  readonly store: Pick<Store, "health" | "portals" | "locks">;
  readonly channels: ReadonlyMap<string, Pick<ChannelAdapter, "title">>;
  /** The language that is closest to a portal's. */
  readonly localeOf: (language: string) => NoticeLocale;
  readonly speech: Pick<Speech, "translate">;
  readonly metrics: Pick<Metrics, "alarmsRaised">;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Names this process in locks. */
  readonly owner: string;
  readonly now: () => Date;
}

export interface HealthWatch {
  start(): void;
  /** One look and the telling that follows; what `start` does again and again. */
  look(): Promise<void>;
  close(): Promise<void>;
}

const LOOK_MS = 15_000;
const LOCK_MS = 30_000;
/** Silence is judged by whole hours, which do not end everywhere at once. */
const SILENCE_LOOK_MS = 15 * 60_000;
/** An hour counts as watched when it was looked at this early, in minutes. */
const EARLY = 10;
const DAY_MS = 86_400_000;
/** Dead authorisation is mended by a person, and that shows in the portal's row. */
const UNAUTHORISED_PAUSE_MS = 600_000;
const KEEP_DAYS = HABIT_DAYS + 7;

export function createHealthWatch(deps: HealthWatchDeps): HealthWatch {
  const { store } = deps;
  const { health } = store;
  const locks = { ...deps, locks: store.locks };
  const began = deps.now().getTime();
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();
  let closed = false;
  let silenceAt = Number.NEGATIVE_INFINITY;
  let tidiedAt = Number.NEGATIVE_INFINITY;
  /** The hours of the portals' clocks that were marked. */
  let marked = new Set<string>();
  const telling = new Map<PortalId, Promise<void>>();
  const quiet = new Map<PortalId, { readonly until: number; readonly failures: number }>();

  async function look(): Promise<void> {
    try {
      await withLock(locks, "health-watch", LOCK_MS, lookAtAll);
    } catch (error) {
      deps.log.warn({ err: error }, "How the accounts are could not be looked at; tried again");
    }
  }

  async function lookAtAll(): Promise<void> {
    const now = deps.now();
    const portals = await health.watchList();
    const judgeSilence = now.getTime() - silenceAt >= SILENCE_LOOK_MS;
    await markWatched(portals, now);
    for (const portal of portals) {
      for (const account of portal.accounts) {
        await lookAtConnection(portal, account, now);
        await lookAtHearing(portal, account);
      }
      if (judgeSilence) await lookForSilence(portal, now);
    }
    if (judgeSilence) silenceAt = now.getTime();
    if (now.getTime() - tidiedAt >= DAY_MS) {
      await health.forgetDaysBefore(daysBefore(localTime(now, undefined).day, KEEP_DAYS));
      tidiedAt = now.getTime();
    }
    for (const portal of portals) tell(portal.id);
  }

  async function lookAtConnection(portal: WatchedPortal, account: AccountStanding, now: Date): Promise<void> {
    const judged = judgeConnection(account, now, now.getTime() - began);
    if (judged.kind === "trouble") await raise(portal, account, judged.trouble);
    else if (judged.kind === "off") for (const { kind } of account.alarms) await end(portal, account, kind, "off");
    else if (judged.kind === "well") await end(portal, account, "connection", "mended");
  }

  async function lookAtHearing(portal: WatchedPortal, account: AccountStanding): Promise<void> {
    const alarm = account.alarms.find(({ kind }) => kind === "silence");
    if (alarm && account.lastReceivedAt && account.lastReceivedAt > alarm.since)
      await end(portal, account, "silence", "mended");
  }

  async function lookForSilence(portal: WatchedPortal, now: Date): Promise<void> {
    const listening = portal.accounts.filter(({ enabled, connection }) => enabled && connection.kind === "connected");
    if (listening.length === 0) return;
    const local = localTime(now, portal.timeZone);
    const hours = await health.hours(portal.id, daysBefore(local.day, HABIT_DAYS));
    for (const account of listening) {
      const own = hours.filter((row) => row.account === account.id);
      if (account.lastReceivedAt === undefined || !isUnusuallySilent(own, local)) continue;
      const { name, lastReceivedAt: since } = account;
      await raise(portal, account, {
        kind: "silence",
        reason: "silent",
        since,
        sentence: `Nothing has come in to ${name} for unusually long.`,
      });
    }
  }

  async function raise(portal: WatchedPortal, account: AccountStanding, trouble: Raised): Promise<void> {
    const known = account.alarms.find(({ kind }) => kind === trouble.kind);
    if (known && known.ending === undefined && known.reason === trouble.reason) return;
    const outcome = await health.raise(portal.id, account.id, trouble);
    if (outcome !== "raised") return;
    deps.metrics.alarmsRaised.inc({ reason: trouble.reason });
    deps.log.warn({ portal: portal.id, account: account.id, reason: trouble.reason }, "An account is in trouble");
  }

  async function end(
    portal: WatchedPortal,
    account: AccountStanding,
    kind: AlarmKind,
    ending: AlarmEnding,
  ): Promise<void> {
    const known = account.alarms.find((alarm) => alarm.kind === kind);
    if (!known || known.ending !== undefined) return;
    await health.end(portal.id, account.id, kind, ending);
    deps.log.info({ portal: portal.id, account: account.id, kind, ending }, "An account's trouble is over");
  }

  /** Hours in which silence tells something. Once an hour each; after a restart once more, which changes nothing. */
  async function markWatched(portals: readonly WatchedPortal[], now: Date): Promise<void> {
    const seen = new Set<string>();
    const rows = portals.flatMap((portal) => {
      const { day, hour, minute } = localTime(now, portal.timeZone);
      if (minute >= EARLY) return [];
      return portal.accounts.flatMap((account): AccountCount[] => {
        if (!account.enabled || account.connection.kind !== "connected") return [];
        const key = `${account.id} ${day} ${hour}`;
        seen.add(key);
        return marked.has(key) ? [] : [{ portal: portal.id, account: account.id, day, hour, watched: true }];
      });
    });
    if (rows.length > 0) await health.record(rows);
    marked = seen;
  }

  /** Does not hold up the look: a portal that is slow to answer keeps its own people waiting and nobody else's. */
  function tell(portal: PortalId): void {
    if (telling.has(portal) || (quiet.get(portal)?.until ?? 0) > deps.now().getTime()) return;
    const run = withLock(locks, `health-tell:${portal}`, LOCK_MS, () => tellPortal(portal))
      .then(
        () => undefined,
        (error: unknown) => deps.log.warn({ err: error, portal }, "An alarm could not be told; tried again"),
      )
      .finally(() => telling.delete(portal));
    telling.set(portal, run);
  }

  async function tellPortal(id: PortalId): Promise<void> {
    const alarms = await health.untold(id);
    if (alarms.length === 0) return;
    const [portal, settings] = [await store.portals.find(id), await health.settings(id)];
    if (!portal?.active || !portal.tokens || !settings) return;
    const locale = deps.localeOf(portal.language);
    const manner = { locale, timeZone: settings.timeZone };
    const say: Say = (sentence) => deps.speech.translate(sentence, locale);
    const people = toldPeople(settings).map((person) => person.id);
    for (const alarm of alarms) {
      const text = alarmText(alarm, deps.channels.get(alarm.channel)?.title ?? "", manner, say);
      if (!(await tellOne(alarm, people, text))) return;
    }
    quiet.delete(id);
  }

  /** `false`: the portal cannot be asked just now. */
  async function tellOne(alarm: Alarm, chosen: readonly string[], text: string): Promise<boolean> {
    const people = alarm.ending === undefined ? chosen : (alarm.toldTo ?? []);
    if (!(await health.beginTelling(alarm, people))) return true;
    const rung = await ring(deps, alarm.portal, people, {
      text,
      tag: `threadline-health-${alarm.account}-${alarm.kind}`,
    });
    if (rung.kind === "not-now") {
      pause(alarm.portal, rung.outcome);
      return false;
    }
    for (const { id, sentence } of rung.refused)
      deps.log.warn(
        { portal: alarm.portal, person: id, sentence },
        "Somebody could not be told of an account's health",
      );
    await health.markTold(alarm);
    return true;
  }

  function pause(portal: PortalId, outcome: { readonly kind: string; readonly until?: Date }): void {
    const failures = (quiet.get(portal)?.failures ?? 0) + 1;
    const now = deps.now().getTime();
    const until =
      outcome.until?.getTime() ??
      now + (outcome.kind === "unauthorised" ? UNAUTHORISED_PAUSE_MS : backoff(failures + 3));
    quiet.set(portal, { until, failures });
  }

  function plan(): void {
    if (closed) return;
    timer = setTimeout(() => {
      looking = look().then(plan);
    }, LOOK_MS);
  }

  return {
    start: plan,
    async look() {
      await look();
      await Promise.all(telling.values());
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await looking;
      await Promise.all(telling.values());
    },
  };
}
