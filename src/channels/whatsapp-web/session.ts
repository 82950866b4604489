import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { Pacer } from "../contract/pacing.ts";
import type { Session, SessionHost, SessionPrompt } from "../contract/sessions.ts";
import { settings as settingsSchema } from "./about.ts";
import { forgetProfile, type Saved } from "./archive.ts";
import { createBudget } from "./budget.ts";
import { createDirectory } from "./directory.ts";
import { createDuties } from "./duties.ts";
import { type Ending, type Over, over, passing, UNLINKED_HERE } from "./endings.ts";
import { downAs } from "./failures.ts";
import { createInbound } from "./inbound.ts";
import { createListener } from "./listener.ts";
import { createNews } from "./news.ts";
import { createOutbound } from "./outbound.ts";
import type { StartOptions, WorkerCall } from "./protocol.ts";
import { createRestriction } from "./restriction.ts";
import { type Run, type RunTimes, runOnce } from "./run.ts";
import { namedSchema, pairSchema, readySchema } from "./schemas.ts";
import { createSentLog } from "./sent-log.ts";
import type { WorkerLimits } from "./supervisor.ts";

/**
 * One linked account: a worker with a browser, started again whenever it ends for a reason that passes.
 *
 * - Crash before the profile was saved: the person scans again. After: the saved profile is restored, and what came
 *   meanwhile is read from the chats.
 * - Crash while running: the profile folder is left behind; opening the account again kills what still runs on it and
 *   removes it first.
 * - Unlinked on the phone, or a sign of a restriction: told as `logged-out` or `failed`, and nothing starts by itself; the
 *   profile of an unlinked account is wiped, a restriction is remembered for a day. Where the store does not take that, it
 *   is tried again, and the state says that it stands open.
 * - WhatsApp's page is slow or silent: a time limit around each step of the start; then the worker is destroyed and begun
 *   again, later each time.
 * - The store or the disk fails at the start: told, and tried again later.
 */

export interface SessionTimes extends RunTimes {
  readonly restartMs: number;
  readonly retryMs: number;
}

export interface SessionOptions {
  readonly module: string;
  readonly chromiumPath: string | undefined;
  /** Folder that holds each account's running profile, only while it runs. */
  readonly folder: string;
  readonly pacer: Pacer | undefined;
  readonly times: SessionTimes;
  readonly limits: WorkerLimits;
  readonly wait: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly now: () => Date;
  readonly page?: StartOptions["page"];
  readonly emulator?: string;
}

const MOST_RESTART_MS = 10 * 60_000;

const LOADING: ConnectionState = {
  kind: "starting",
  sentence: "WhatsApp is being opened. This takes up to three minutes.",
};
const OFF = over("needs-action", "The account is off: agree to the risk of a ban in its settings to start it.");
const NO_BROWSER = over("failed", "There is no Chromium for WhatsApp: the operator must name one in CHROMIUM_PATH.");
const NOT_A_BROWSER = over(
  "failed",
  "There is no program at CHROMIUM_PATH that this server may run: the operator must install Chromium there (for the Docker image: build it with CHROMIUM=yes).",
);
const CANNOT_START = passing(
  "This server could not prepare the account: its store or its disk failed. It will be tried again; if this stays, tell the operator.",
);
const TOO_LARGE: ConnectionState = {
  kind: "connected",
  sentence: "Linked, but the session is too large to be kept: after a restart the code must be scanned again.",
};
const NOT_WRITTEN =
  " This could not be written down yet, because this server's store does not answer; it is tried again. Do not restart the server or reconnect the account before this line is gone.";

export function openSession(options: SessionOptions, account: Account, host: SessionHost): Session {
  const { memory } = host;
  const { times, now, chromiumPath } = options;
  const folder = join(options.folder, account.id.replace(/[^\w-]/g, "_"));
  const stopped = new AbortController();
  const { withoutGroups, consent } = settingsSchema
    .catch({ consent: false, withoutGroups: false })
    .parse(account.settings);

  let connection: ConnectionState = { kind: "starting", sentence: "The account is being started." };
  let run: Run | undefined;
  let me: string[] = [];

  function tell(state: ConnectionState, prompt?: SessionPrompt): void {
    connection = state;
    warned = duties.isOpen();
    host.state(warned ? { ...state, sentence: state.sentence + NOT_WRITTEN } : state, prompt);
  }

  let warned = false;
  const duties = createDuties(times.retryMs, () => {
    if (warned) tell(connection);
  });
  const restriction = createRestriction(memory, duties, now);

  const call = async (wanted: WorkerCall, timeoutMs: number) =>
    (await run?.call(wanted, timeoutMs)) ?? {
      ok: false as const,
      failure: { code: "not-connected" as const, reason: "no worker" },
    };

  const directory = createDirectory(memory, async (id) => {
    const asked = await call({ method: "pair", id }, 10_000);
    return asked.ok ? pairSchema.safeParse(asked.value).data : undefined;
  });
  const sent = createSentLog(memory);
  const names = new Map<string, string>();
  const inbound = createInbound({
    directory,
    withoutGroups,
    me: () => me,
    isOurs: (id) => sent.has(id),
    groupName: async (id) => {
      const asked = names.has(id) ? undefined : await call({ method: "chat", id }, 10_000);
      const name = asked?.ok ? namedSchema.safeParse(asked.value).data?.name : undefined;
      if (name !== undefined) names.set(id, name);
      return names.get(id);
    },
  });
  const news = createNews({
    host,
    inbound,
    directory,
    sent,
    call,
    isUp: () => connection.kind === "connected",
    signal: stopped.signal,
    now,
    retryMs: times.retryMs,
  });
  const linkedAt = async (): Promise<Date> =>
    new Date(Number((await memory.get("since"))?.toString() ?? now().getTime() / 1_000) * 1_000);
  const outbound = createOutbound({
    down: () => downAs(stopped.signal.aborted ? LOADING : connection),
    call,
    accountId: account.id,
    folder,
    memory,
    directory,
    inbound,
    sent,
    budget: createBudget(memory, linkedAt, now),
    pacer: options.pacer,
    wait: options.wait,
    random: options.random,
    now,
  });
  const hear = createListener({
    inbound,
    news,
    restriction,
    now,
    state: () => connection,
    tell,
    loading: LOADING,
    ready: onReady,
  });

  /** Until nothing starts by itself any more. */
  async function keepRunning(): Promise<void> {
    for (let pause = times.restartMs; !stopped.signal.aborted; pause = Math.min(pause * 2, MOST_RESTART_MS)) {
      const ending = await begin().catch(() => CANNOT_START);
      if (run?.isReady()) pause = times.restartMs;
      run = undefined;
      if (ending.kind === "over") return await rest(ending);
      if (stopped.signal.aborted) return;
      tell({ kind: "transient-disconnect", sentence: ending.sentence });
      await delay(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  async function rest(ending: Over): Promise<void> {
    if (ending.wipe) await duties.add("wipe", () => forgetProfile(memory));
    if (!stopped.signal.aborted) tell(ending.connection);
  }

  async function begin(): Promise<Ending> {
    if (!consent) return OFF;
    if (chromiumPath === undefined) return NO_BROWSER;
    if (!(await mayRun(chromiumPath))) return NOT_A_BROWSER;
    const until = await restriction.until();
    if (until) return restrictedUntil(until);
    tell(LOADING);
    news.gapOpened();
    await sent.load();
    const tools = {
      ...options,
      chromiumPath,
      folder,
      profileDir: join(folder, "profile"),
      memory,
      stopped: stopped.signal,
      event: hear,
      saved: ({ kind }: Saved) => {
        if (kind === "too-large" && connection.kind === "connected") tell(TOO_LARGE);
      },
    };
    return await runOnce(tools, (begun) => {
      run = begun;
    });
  }

  async function onReady(own: Run, data: unknown): Promise<void> {
    own.limit(undefined);
    // The library says so again after each time the page caught up.
    if (own.isReady()) return news.fillGap();
    own.ready();
    restriction.reset();
    const { name, wid } = readySchema.catch({}).parse(data);
    try {
      await settleIdentity(wid?._serialized);
    } catch {
      return own.end(passing("The server's own store could not be asked. WhatsApp will be opened again."));
    }
    if (own.life.aborted) return;
    own.startSaving();
    tell({ kind: "connected", sentence: `Linked${wid ? ` to +${wid.user}` : ""}. Messages come and go.` });
    host.profile({
      ...(wid && { externalId: wid.user, url: `https://wa.me/${wid.user}` }),
      ...(name && { title: name }),
    });
    news.fillGap();
  }

  /** Another number was linked: what is remembered of the one before means nothing for it. */
  async function settleIdentity(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    const own = id.replace(/:\d+@/, "@");
    const before = (await memory.get("me"))?.toString();
    if (before !== undefined && before !== own) {
      await memory.clear();
      await sent.load();
    }
    if (before !== own) await memory.set("me", Buffer.from(own));
    me = [...(await directory.aliasesOf(await directory.chatIdOf(own)))];
  }

  const running = keepRunning();
  let finish: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    finish = resolve;
  });

  async function close(): Promise<void> {
    stopped.abort();
    await running;
    await news.idle();
    await duties.close();
    finish();
  }

  return {
    ...outbound,
    send: (message, _key, clock) => outbound.send(message, clock),
    logout: async () => {
      if (run?.isReady()) await call({ method: "logout" }, 20_000);
      run?.end(UNLINKED_HERE);
      await close();
      tell(UNLINKED_HERE.connection);
      // The host forgets everything after this too, and again until it is done.
      await memory.clear().catch(() => undefined);
    },
    close,
    closed,
  };
}

const mayRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

function restrictedUntil(until: Date): Over {
  const time = until.toISOString().slice(0, 16).replace("T", " ");
  return over(
    "failed",
    `WhatsApp showed signs of restricting this number. Nothing is sent before ${time} UTC; look at the phone.`,
  );
}
