import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { Pacer, Session, SessionHost, SessionPrompt } from "../contract.ts";
import { settings as settingsSchema } from "./about.ts";
import { forgetProfile, hasProfile, restoreProfile, saveProfile } from "./archive.ts";
import { createBudget } from "./budget.ts";
import { createDirectory } from "./directory.ts";
import { createInbound } from "./inbound.ts";
import { createNews } from "./news.ts";
import { createOutbound, downAs } from "./outbound.ts";
import { killBrowsers } from "./processes.ts";
import type { StartOptions, WorkerCall } from "./protocol.ts";
import { messageSchema, namedSchema, pairSchema, readySchema } from "./schemas.ts";
import { createSentLog } from "./sent-log.ts";
import { startWorker, type Worker, type WorkerLimits } from "./supervisor.ts";

/**
 * One linked account: a worker with a browser, started again whenever it ends for a reason that passes.
 *
 * - Crash before the profile was saved: the person scans again. After: the saved profile is restored, and what came
 *   meanwhile is read from the chats.
 * - Crash while running: the profile folder is left behind; opening the account again kills what still runs on it and
 *   removes it first.
 * - Unlinked on the phone, or a sign of a restriction: told as `logged-out` or `failed`, and nothing starts by itself; the
 *   profile of an unlinked account is wiped.
 * - WhatsApp's page is slow or silent: a time limit around each step of the start; then the worker is destroyed and begun
 *   again, later each time.
 */

export interface SessionTimes {
  /** From the start to the first code or sign-in, and from sign-in to ready. */
  readonly startMs: number;
  readonly loadMs: number;
  /** From ready to the first save (the library waits a minute until a session can be restored), and between saves. */
  readonly saveAfterMs: number;
  readonly saveEveryMs: number;
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

type Ending =
  | { readonly kind: "passing"; readonly sentence: string }
  | { readonly kind: "over"; readonly connection: ConnectionState; readonly wipe: boolean };

const QR_ROUNDS = 15;
/** WhatsApp shows the first code for a minute, the others for 20 seconds. */
const FIRST_QR_MS = 60_000;
const NEXT_QR_MS = 20_000;
const MOST_RESTART_MS = 10 * 60_000;
const RESTRICTED_MS = 24 * 60 * 60 * 1_000;
/** Failed deliveries one after another that are taken for a restriction. */
const FAILURES_IN_ROW = 5;

const UNLINKED: ConnectionState = {
  kind: "logged-out",
  sentence: "WhatsApp has unlinked this device. Reconnect the account and scan the code with the phone.",
};
const LOADING: ConnectionState = {
  kind: "starting",
  sentence: "WhatsApp is being opened. This takes up to three minutes.",
};

const over = (kind: ConnectionState["kind"], sentence: string, wipe = false): Ending => ({
  kind: "over",
  connection: { kind, sentence },
  wipe,
});

const passing = (sentence: string): Ending => ({ kind: "passing", sentence });
const NO_LIBRARY = "WhatsApp's library is not installed on this server: the operator must install whatsapp-web.js.";

/** How a reason of the library's `disconnected` is taken. */
export function endingOf(reason: string): Ending {
  if (/TOS_BLOCK/.test(reason))
    return over(
      "failed",
      "WhatsApp has restricted this number. Nothing is sent any more; open WhatsApp on the phone to see why.",
    );
  if (/LOGOUT|^UNPAIRED/.test(reason)) return { kind: "over", connection: UNLINKED, wipe: true };
  if (/retries/i.test(reason))
    return over("needs-action", "The code was not scanned in time. Reconnect the account to get a new one.", true);
  if (/DEPRECATED_VERSION/.test(reason))
    return over("failed", "WhatsApp no longer takes this version of its page. Update Threadline.");
  if (/PROXYBLOCK/.test(reason))
    return over("failed", "WhatsApp does not accept connections from this server's network.");
  if (/CONFLICT/.test(reason))
    return {
      kind: "passing",
      sentence: "WhatsApp was opened elsewhere with the same session. It will be taken back soon.",
    };
  return { kind: "passing", sentence: "The connection to WhatsApp was lost. It is being opened again." };
}

export function openSession(options: SessionOptions, account: Account, host: SessionHost): Session {
  const { memory } = host;
  const folder = join(options.folder, account.id.replace(/[^\w-]/g, "_"));
  const profileDir = join(folder, "profile");
  const stopped = new AbortController();
  const { withoutGroups, consent } = settingsSchema
    .catch({ consent: false, withoutGroups: false })
    .parse(account.settings);

  let connection: ConnectionState = { kind: "starting", sentence: "The account is being started." };
  let worker: Worker | undefined;
  let end: (ending: Ending) => void = () => undefined;
  let wasReady = false;
  let me: string[] = [];
  let failures = 0;
  let saving: Promise<void> = Promise.resolve();

  function tell(state: ConnectionState, prompt?: SessionPrompt): void {
    connection = state;
    host.state(state, prompt);
  }

  const call = async (wanted: WorkerCall, timeoutMs: number) =>
    (await worker?.call(wanted, timeoutMs)) ?? {
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
    signal: stopped.signal,
    now: options.now,
    retryMs: options.times.retryMs,
  });
  const linkedAt = async (): Promise<Date> =>
    new Date(Number((await memory.get("since"))?.toString() ?? options.now().getTime() / 1_000) * 1_000);
  const outbound = createOutbound({
    down: () => (stopped.signal.aborted ? downAs({ kind: "starting", sentence: "" }) : downAs(connection)),
    call,
    accountId: account.id,
    folder,
    memory,
    directory,
    inbound,
    sent,
    budget: createBudget(memory, linkedAt, options.now),
    pacer: options.pacer,
    wait: options.wait,
    random: options.random,
    now: options.now,
  });

  /** What stops the account before a browser is started. */
  async function obstacle(): Promise<ConnectionState | undefined> {
    if (!consent)
      return {
        kind: "needs-action",
        sentence: "The account is off: agree to the risk of a ban in its settings to start it.",
      };
    if (options.chromiumPath === undefined)
      return {
        kind: "failed",
        sentence: "There is no Chromium for WhatsApp: the operator must name one in CHROMIUM_PATH.",
      };
    const until = Number((await memory.get("restricted"))?.toString() ?? 0);
    if (options.now().getTime() >= until) return undefined;
    return {
      kind: "failed",
      sentence: `WhatsApp showed signs of restricting this number. Nothing is sent before ${new Date(until).toISOString().slice(0, 16).replace("T", " ")} UTC; look at the phone.`,
    };
  }

  async function run(): Promise<void> {
    const wall = await obstacle();
    if (wall) return tell(wall);
    await sent.load();
    for (let pause = options.times.restartMs; !stopped.signal.aborted; pause = Math.min(pause * 2, MOST_RESTART_MS)) {
      tell(LOADING);
      const ending = await runOnce();
      if (wasReady) pause = options.times.restartMs;
      if (stopped.signal.aborted) return;
      if (ending.kind === "over") {
        if (ending.wipe) await wipe();
        return tell(ending.connection);
      }
      tell({ kind: "transient-disconnect", sentence: ending.sentence });
      await delay(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  }

  async function runOnce(): Promise<Ending> {
    wasReady = false;
    const cleared = await killBrowsers(profileDir);
    if (!cleared)
      return { kind: "passing", sentence: "An older browser of this account does not end. It will be tried again." };
    await rm(folder, { recursive: true, force: true });
    await mkdir(profileDir, { recursive: true, mode: 0o700 });
    const restored = await restoreProfile(memory, profileDir);
    if (!restored) await rm(profileDir, { recursive: true, force: true });
    await mkdir(profileDir, { recursive: true, mode: 0o700 });

    const life = new AbortController();
    const ended = new Promise<Ending>((resolve) => {
      end = resolve;
    });
    const stop = (): void => end({ kind: "passing", sentence: "The account is being stopped." });
    stopped.signal.addEventListener("abort", stop, { once: true });
    const limit = timeLimit(() =>
      end({ kind: "passing", sentence: "WhatsApp's page did not open in time. It will be tried again." }),
    );
    const own = startWorker(startOptions(), options.limits, {
      event: (name, data) => onEvent(name, data, { limit, restored, signal: life.signal }),
    });
    worker = own;
    limit.set(options.times.startMs);
    if (stopped.signal.aborted) stop();
    void own.ended.then((reason) => end({ kind: "passing", sentence: `WhatsApp had to be started again: ${reason}.` }));

    const ending = await ended;
    limit.set(undefined);
    life.abort();
    stopped.signal.removeEventListener("abort", stop);
    await own.stop();
    worker = undefined;
    await saving;
    if (wasReady && !(ending.kind === "over" && ending.wipe)) await save();
    await rm(folder, { recursive: true, force: true });
    return ending;
  }

  function startOptions(): StartOptions {
    const asRoot = process.getuid?.() === 0;
    return {
      module: options.module,
      executablePath: options.chromiumPath ?? "",
      profileDir,
      qrRounds: QR_ROUNDS,
      args: [
        // Chromium has no sandbox for root; as any other user it keeps it.
        ...(asRoot ? ["--no-sandbox"] : []),
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-extensions",
        "--mute-audio",
        "--no-first-run",
        "--js-flags=--max-old-space-size=768",
      ],
      ...(options.page && { page: options.page }),
      ...(options.emulator !== undefined && { emulator: options.emulator }),
    };
  }

  function onEvent(name: string, data: unknown, life: Life): void {
    if (life.signal.aborted) return;
    const list: unknown[] = Array.isArray(data) ? data : [];
    const [first, second] = list;
    const told: Readonly<Record<string, () => void>> = {
      qr: () => showCode(data, life),
      authenticated: () => loading(life),
      loading_screen: () => loading(life),
      ready: () => void onReady(data, life),
      missing: () => end(over("failed", NO_LIBRARY)),
      "start-failed": () => end(passing("WhatsApp's page could not be opened. It will be tried again.")),
      auth_failure: () => end({ kind: "over", connection: UNLINKED, wipe: true }),
      disconnected: () => onDisconnected(String(first)),
      change_state: () => onState(String(first)),
      message: () => news.add(() => inbound.message(first)),
      message_create: () => news.add(() => inbound.message(first)),
      message_edit: () => news.add(() => inbound.edited(first, second)),
      message_revoke_everyone: () => news.add(() => inbound.revoked(first)),
      message_reaction: () => news.add(() => inbound.reaction(first)),
      message_ack: () => {
        countFailures(first, second);
        news.add(() => inbound.receipt(first, second));
      },
      call: () => news.add(() => inbound.call(first, options.now())),
      group_join: () => news.add(() => inbound.membership(first, "joined")),
      group_leave: () => news.add(() => inbound.membership(first, "left")),
      message_ciphertext_failed: () => news.add(() => inbound.unreadable(first)),
    };
    told[name]?.();
  }

  function loading(life: Life): void {
    if (wasReady) return;
    life.limit.set(options.times.loadMs);
    if (connection.sentence !== LOADING.sentence) tell(LOADING);
  }

  let codes = 0;
  function showCode(data: unknown, { limit, restored }: Life): void {
    limit.set(undefined);
    if (typeof data !== "string" || data.length > 4_000) return;
    codes += 1;
    const why = restored ? "WhatsApp has unlinked this device while it was away." : "The account is not linked yet.";
    const sentence = `${why} Open WhatsApp on the phone, Linked devices, and scan the code.`;
    const until = new Date(options.now().getTime() + (codes === 1 ? FIRST_QR_MS : NEXT_QR_MS));
    tell({ kind: "needs-action", sentence }, { kind: "qr", data, until });
  }

  async function onReady(data: unknown, { limit, signal: life }: Life): Promise<void> {
    limit.set(undefined);
    // The library says so again after each time the page caught up.
    if (wasReady) return news.fillGap();
    const { name, wid } = readySchema.catch({}).parse(data);
    wasReady = true;
    failures = 0;
    try {
      await settleIdentity(wid?._serialized);
    } catch {
      return end({
        kind: "passing",
        sentence: "The server's own store could not be asked. WhatsApp will be opened again.",
      });
    }
    if (life.aborted) return;
    tell({ kind: "connected", sentence: `Linked${wid ? ` to +${wid.user}` : ""}. Messages come and go.` });
    host.profile({
      ...(wid && { externalId: wid.user, url: `https://wa.me/${wid.user}` }),
      ...(name && { title: name }),
    });
    news.fillGap();
    void keepSaving(life);
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

  async function keepSaving(life: AbortSignal): Promise<void> {
    const first = (await hasProfile(memory)) ? options.times.saveEveryMs : options.times.saveAfterMs;
    for (let pause = first; !life.aborted; pause = options.times.saveEveryMs) {
      await delay(pause, undefined, { signal: life, ref: false }).catch(() => undefined);
      if (life.aborted) return;
      saving = save();
      await saving;
    }
  }

  async function save(): Promise<void> {
    try {
      const saved = await saveProfile(memory, profileDir);
      if (saved.kind === "too-large" && connection.kind === "connected")
        tell({
          kind: "connected",
          sentence: "Linked, but the session is too large to be kept: after a restart the code must be scanned again.",
        });
    } catch {
      // The store is down; the next save is minutes away and the one before is still good.
    }
  }

  function onDisconnected(reason: string): void {
    if (/TOS_BLOCK/.test(reason)) void restrict();
    else end(endingOf(reason));
  }

  function onState(state: string): void {
    if (/TOS_BLOCK/.test(state)) return void restrict();
    if (!wasReady) return;
    if (state === "CONNECTED" && connection.kind === "transient-disconnect") {
      tell({ kind: "connected", sentence: "Linked. Messages come and go." });
      news.fillGap();
    } else if (state === "TIMEOUT" || state === "OPENING") {
      tell({ kind: "transient-disconnect", sentence: "WhatsApp's page has lost its connection and is trying again." });
    }
  }

  function countFailures(message: unknown, state: unknown): void {
    if (typeof state !== "number" || messageSchema.safeParse(message).data?.id.fromMe !== true) return;
    failures = state < 0 ? failures + 1 : 0;
    if (failures >= FAILURES_IN_ROW) void restrict();
  }

  async function restrict(): Promise<void> {
    const until = options.now().getTime() + RESTRICTED_MS;
    await memory.set("restricted", Buffer.from(String(until))).catch(() => undefined);
    end(endingOf("TOS_BLOCK"));
  }

  async function wipe(): Promise<void> {
    await forgetProfile(memory).catch(() => undefined);
  }

  const running = run().catch(async () => {
    await worker?.stop();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    tell({
      kind: "failed",
      sentence: "The account could not be started on this server. Reconnect it; if it fails again, tell the operator.",
    });
  });
  let finish: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    finish = resolve;
  });

  async function close(): Promise<void> {
    stopped.abort();
    await running;
    await news.idle();
    finish();
  }

  return {
    send: (message) => outbound.send(message),
    edit: (change) => outbound.edit(change),
    remove: (change) => outbound.remove(change),
    react: (reaction) => outbound.react(reaction),
    openMedia: (ref, signal) => outbound.openMedia(ref, signal),
    findPerson: (wanted) => outbound.findPerson(wanted),
    logout: async () => {
      if (wasReady) await call({ method: "logout" }, 20_000);
      end({ kind: "over", connection: { kind: "logged-out", sentence: "The account was unlinked here." }, wipe: true });
      wasReady = false;
      await close();
      await memory.clear();
      tell({ kind: "logged-out", sentence: "The account was unlinked here." });
    },
    close,
    closed,
  };
}

/** One run of a worker. */
interface Life {
  readonly limit: TimeLimit;
  /** It was begun with a kept profile. */
  readonly restored: boolean;
  readonly signal: AbortSignal;
}

interface TimeLimit {
  /** `undefined`: no limit now. */
  set(ms: number | undefined): void;
}

function timeLimit(expired: () => void): TimeLimit {
  let timer: NodeJS.Timeout | undefined;
  return {
    set(ms) {
      clearTimeout(timer);
      timer = ms === undefined ? undefined : setTimeout(expired, ms);
    },
  };
}
