import { isDeepStrictEqual } from "node:util";
import type { LetterBook } from "../../channels/contract/letters.ts";
import type { Session, SessionPrompt, Sessions } from "../../channels/contract/sessions.ts";
import { SIGN_IN_KEY, type TokenSource } from "../../channels/contract/vendor-sign-in.ts";
import type { Account, AccountProfile, ConnectionState } from "../../domain/account.ts";
import type { Held, LiveState } from "./calls.ts";
import { createLeaseOf, type LeaseDeps } from "./lease.ts";
import { createMemory, type MemoryDeps } from "./memory.ts";

export interface KeeperDeps extends LeaseDeps, MemoryDeps {
  readonly accept: (
    account: Account,
    events: Parameters<Parameters<Sessions["open"]>[1]["accept"]>[0],
  ) => Promise<void>;
  /** Writes what is known of the account; never called at once for two changes. */
  readonly save: (account: Account, patch: { connection?: ConnectionState; profile?: AccountProfile }) => Promise<void>;
  /** For channels whose messages are letters. */
  readonly letters?: (account: Account) => LetterBook;
  /** For accounts that were signed in at their vendor's page. */
  readonly tokens?: (account: Account) => TokenSource;
  readonly timing: KeeperTiming;
}

export interface KeeperTiming {
  readonly lockMs: number;
  /** Pause before opening again, after so many openings in a row that did not last. */
  readonly pauseMs: (failures: number) => number;
  /** How long letting go may take before it is given up. */
  readonly closeMs: number;
}

/** Looks after the connection of one account. */
export interface Keeper extends Held {
  /** The account as it stands now; `undefined`: it is off, gone, or none of ours. */
  see(account: Account | undefined): void;
  stopTaking(): void;
  close(): Promise<void>;
  /** Resolves when everything is let go of. */
  readonly ended: Promise<void>;
}

/** After these a person must do something first: no connection is opened by itself. */
const RESTING: readonly ConnectionState["kind"][] = ["needs-action", "bad-credentials", "logged-out", "failed"];
export const isResting = ({ connection }: Account): boolean => RESTING.includes(connection.kind);

/** A connection that stood for so long did not fail: the next pause is short again. */
const LASTED_MS = 60_000;
const LOGGED_OUT: ConnectionState = {
  kind: "logged-out",
  sentence: "Logged out. Connect again to use this account.",
};
const NOT_OPEN: ConnectionState = { kind: "starting", sentence: "The connection is being opened." };

type Ending = "closed" | "changed" | "restart" | "off" | "logout" | "lost" | "stopping";
/** After these this process is done with the account; nothing that is wished for later changes that. */
const LAST: readonly (Ending | undefined)[] = ["off", "logout", "lost", "stopping"];

/** Runs until the account is off or resting, the lock is another's, or this process stops. One session at a time. */
export function createKeeper(deps: KeeperDeps, sessions: Sessions, first: Account): Keeper {
  const lease = createLeaseOf(deps, `session:${first.id}`, deps.timing.lockMs);
  let account = first;
  let session: Session | undefined;
  let live: LiveState = { connection: NOT_OPEN };
  let profile: AccountProfile | undefined;
  /** Why the session, or the pause, shall end. */
  let wanted: Ending | undefined;
  let interrupt = (): void => undefined;
  let saving: Promise<void> = Promise.resolve();
  let closable = true;
  let leave = (): void => undefined;
  const leaving = new Promise<void>((resolve) => {
    leave = resolve;
  });

  function end(ending: Ending): void {
    if (!LAST.includes(wanted)) wanted = ending;
    interrupt();
  }

  const reason = (): Ending => wanted ?? "closed";

  /** One write at a time, the newest state last; what fails is made good by `see`. */
  function save(patch: { connection?: ConnectionState; profile?: AccountProfile }): void {
    saving = saving.then(() => deps.save(account, patch));
  }

  function tell(connection: ConnectionState, prompt?: SessionPrompt): void {
    const changed = !isDeepStrictEqual(connection, live.connection);
    live = { connection, ...(prompt && { prompt }) };
    if (changed) save({ connection });
  }

  async function run(): Promise<void> {
    if (!(await lease.take())) return;
    lease.onLost(() => end("lost"));
    try {
      await keepOpen();
    } finally {
      await saving;
      if (closable) await lease.giveBack();
      else lease.abandon();
    }
  }

  async function keepOpen(): Promise<void> {
    let failures = 0;
    while (!LAST.includes(wanted)) {
      const began = Date.now();
      const ending = await keepOne();
      if (ending === "changed" || ending === "restart") {
        failures = 0;
        continue;
      }
      if (ending !== "closed" || RESTING.includes(live.connection.kind)) return;
      if (live.connection.kind === "connected")
        tell({ kind: "transient-disconnect", sentence: "The connection ended. It is opened again." });
      failures = Date.now() - began >= LASTED_MS ? 1 : failures + 1;
      await pause(deps.timing.pauseMs(failures));
    }
  }

  /** Opens a session and waits for its end, or for a reason to end it. Afterwards nothing of it is left. */
  async function keepOne(): Promise<Ending> {
    wanted = undefined;
    live = { connection: NOT_OPEN };
    let over = false;
    const own = sessions.open(account, {
      accept: (events) => deps.accept(account, events),
      state: (connection, prompt) => {
        if (!over) tell(connection, prompt);
      },
      profile: (told) => {
        if (over) return;
        profile = told;
        save({ profile: told });
      },
      memory: createMemory(deps, account, () => lease.isHeld()),
      ...(deps.letters && { letters: deps.letters(account) }),
      ...(deps.tokens && typeof account.credentials[SIGN_IN_KEY] === "string" && { tokens: deps.tokens(account) }),
    });
    session = own;
    await Promise.race([own.closed, interrupted()]);
    const ending = reason();
    session = undefined;
    await letGo(own);
    over = true;
    if (ending !== "logout") return ending;
    // Said first: whatever the store does, nobody logs in with what was remembered by themselves any more.
    tell(LOGGED_OUT);
    await createMemory(deps, account, () => lease.isHeld()).clear();
    return ending;
  }

  function interrupted(): Promise<void> {
    return new Promise((resolve) => {
      interrupt = resolve;
      if (wanted) resolve();
    });
  }

  async function letGo(own: Session): Promise<void> {
    const done = Promise.all([own.close(), own.closed]).then(
      () => true,
      (error: unknown) => {
        deps.log.error({ err: error, account: account.id }, "a standing connection threw when it was let go");
        return true;
      },
    );
    if (await within(done, deps.timing.closeMs)) return;
    closable = false;
    deps.log.error({ account: account.id }, "a standing connection does not end");
    if (wanted === "lost") return;
    // Two connections of one account can cost it at the vendor: as long as we live, nobody may open another.
    tell({ kind: "failed", sentence: "The old connection does not end. Restart the server to connect again." });
    closable = await Promise.race([done, leaving.then(() => false)]);
  }

  async function pause(ms: number): Promise<void> {
    wanted = LAST.includes(wanted) ? wanted : undefined;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      interrupted(),
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, ms);
      }),
    ]);
    clearTimeout(timer);
  }

  const ended = run().catch((error: unknown) => {
    deps.log.warn({ err: error, account: account.id }, "keeping a connection failed and will be taken up again");
  });

  return {
    get session() {
      return session ?? AWAY;
    },
    live: () => live,
    isHeld: () => session !== undefined && lease.isHeld(),
    restart: () => end("restart"),
    async logout() {
      // Said first: the session may close by itself when the vendor has let it go.
      if (!LAST.includes(wanted)) wanted = "logout";
      await session?.logout();
      interrupt();
      await ended;
    },
    see(now) {
      if (!now) {
        end("off");
        return;
      }
      const before = account;
      account = now;
      if (!isDeepStrictEqual([before.credentials, before.settings], [now.credentials, now.settings])) end("changed");
      if (session === undefined) return;
      // Somebody wrote an older state over ours (a page's request, another process), or our write failed.
      if (!isDeepStrictEqual(now.connection, live.connection)) save({ connection: live.connection });
      if (profile && !isDeepStrictEqual(now.profile, profile)) save({ profile });
    },
    stopTaking: () => session?.stopTaking?.(),
    async close() {
      end("stopping");
      leave();
      await ended;
    },
    ended,
  };
}

/** Between two sessions. Nobody asks it: `isHeld` says no. */
const AWAY: Session = {
  send: () => Promise.resolve({ kind: "retry", afterMs: 5_000, sentence: "The connection is being opened." }),
  logout: () => Promise.resolve(),
  close: () => Promise.resolve(),
  closed: Promise.resolve(),
};

async function within(work: Promise<boolean>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
