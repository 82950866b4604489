import { mkdir, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { SessionMemory } from "../contract/sessions.ts";
import { hasProfile, restoreProfile, type Saved, saveProfile } from "./archive.ts";
import { type Ending, passing } from "./endings.ts";
import { killBrowsers } from "./processes.ts";
import type { CallResult, StartOptions, WorkerCall } from "./protocol.ts";
import { startWorker, type WorkerLimits } from "./supervisor.ts";

/**
 * One run of an account's worker, from an empty folder to an empty folder.
 *
 * - What an earlier run left behind (this process was killed): its browsers are killed and its folder removed first.
 * - Anything ends it: the worker is stopped, its browser gone, the profile saved where it was signed in, the folder removed.
 * - The last save takes longer than `LAST_SAVE_MS` or the store is down: the save before it stays the good one.
 */

export interface RunTimes {
  /** From the start to the first code or sign-in, and from sign-in to ready. */
  readonly startMs: number;
  readonly loadMs: number;
  /** From ready to the first save (the library waits a minute until a session can be restored), and between saves. */
  readonly saveAfterMs: number;
  readonly saveEveryMs: number;
}

export interface RunTools {
  readonly module: string;
  readonly chromiumPath: string;
  /** The account's own folder. */
  readonly folder: string;
  readonly profileDir: string;
  readonly times: RunTimes;
  readonly limits: WorkerLimits;
  readonly page?: StartOptions["page"];
  readonly emulator?: string;
  readonly memory: SessionMemory;
  /** The session is being closed. */
  readonly stopped: AbortSignal;
  event(run: Run, name: string, data: unknown): void;
  saved(saved: Saved): void;
}

export interface Run {
  call(call: WorkerCall, timeoutMs: number): Promise<CallResult>;
  /** The first ending counts. */
  end(ending: Ending): void;
  /** It is signed in: its profile is worth keeping when it ends. */
  ready(): void;
  /** Saves it now and then from now on. */
  startSaving(): void;
  isReady(): boolean;
  /** How long what comes next may take; `undefined`: as long as it likes. */
  limit(what: "start" | "load" | undefined): void;
  /** It was begun with a kept profile. */
  readonly restored: boolean;
  /** Aborted as soon as it ends. */
  readonly life: AbortSignal;
}

const QR_ROUNDS = 15;
const LAST_SAVE_MS = 10_000;

/**
 * @param begun called when the worker is started
 * @throws what the memory and the file system throw before that; the folder is removed then too
 */
export async function runOnce(tools: RunTools, begun: (run: Run) => void): Promise<Ending> {
  const { folder, profileDir, memory, times } = tools;
  if (!(await killBrowsers(profileDir)))
    return passing("An older browser of this account does not end. It will be tried again.");
  const restored = await prepareFolder(tools);
  const life = new AbortController();
  let end: (ending: Ending) => void = () => undefined;
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });
  let timer: NodeJS.Timeout | undefined;
  let isReady = false;
  let saving: Promise<unknown> = Promise.resolve();
  const worker = startWorker(startOptions(tools), tools.limits, {
    event: (name, data) => {
      if (!life.signal.aborted) tools.event(run, name, data);
    },
  });
  const run: Run = {
    call: (call, timeoutMs) => worker.call(call, timeoutMs),
    end,
    ready() {
      isReady = true;
    },
    startSaving() {
      saving = keepSaving();
    },
    isReady: () => isReady,
    limit(what) {
      clearTimeout(timer);
      const late = () => end(passing("WhatsApp's page did not open in time. It will be tried again."));
      timer = what && setTimeout(late, what === "start" ? times.startMs : times.loadMs);
    },
    restored,
    life: life.signal,
  };

  async function keepSaving(): Promise<void> {
    let pause = (await hasProfile(memory).catch(() => false)) ? times.saveEveryMs : times.saveAfterMs;
    while (!life.signal.aborted) {
      await delay(pause, undefined, { signal: life.signal, ref: false }).catch(() => undefined);
      if (life.signal.aborted) return;
      // Until a first one is kept, a crash costs the person another scan.
      pause = (await save(life.signal)) ? times.saveEveryMs : times.saveAfterMs;
    }
  }

  /** @returns false when it could not be kept: the store is down, or `signal` came first */
  async function save(signal: AbortSignal): Promise<boolean> {
    try {
      tools.saved(await Promise.race([saveProfile(memory, profileDir, signal), reasonOf(signal)]));
      return true;
    } catch {
      return false;
    }
  }

  begun(run);
  const stop = (): void => end(passing("The account is being stopped."));
  tools.stopped.addEventListener("abort", stop, { once: true });
  if (tools.stopped.aborted) stop();
  run.limit("start");
  void worker.ended.then((reason) => end(passing(`WhatsApp had to be started again: ${reason}.`)));
  const ending = await ended;

  run.limit(undefined);
  life.abort();
  tools.stopped.removeEventListener("abort", stop);
  await worker.stop();
  await saving;
  if (isReady && !(ending.kind === "over" && ending.wipe)) await save(AbortSignal.timeout(LAST_SAVE_MS));
  await rm(folder, { recursive: true, force: true });
  return ending;
}

/** @returns whether there is a kept profile in it */
async function prepareFolder({ folder, profileDir, memory }: RunTools): Promise<boolean> {
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(profileDir, { recursive: true, mode: 0o700 });
    const restored = await restoreProfile(memory, profileDir);
    if (!restored) await rm(profileDir, { recursive: true, force: true });
    await mkdir(profileDir, { recursive: true, mode: 0o700 });
    return restored;
  } catch (error) {
    // Half a profile in clear stays nowhere.
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** Rejects when it is aborted, and never otherwise. */
function reasonOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function startOptions(tools: RunTools): StartOptions {
  const asRoot = process.getuid?.() === 0;
  return {
    module: tools.module,
    executablePath: tools.chromiumPath,
    folder: tools.folder,
    profileDir: tools.profileDir,
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
    ...(tools.page && { page: tools.page }),
    ...(tools.emulator !== undefined && { emulator: tools.emulator }),
  };
}
