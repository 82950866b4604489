import type { tl } from "@mtcute/core";
import type { Account, ConnectionState } from "../../domain/account.ts";
import type { ChannelEvent } from "../contract/events.ts";
import type { PaceRule, Pacer } from "../contract/pacing.ts";
import type { Session, SessionHost } from "../contract/sessions.ts";
import { realName } from "../shared/clean-text.ts";
import { credentials, settings as settingsSchema } from "./about.ts";
import { createBudget } from "./budget.ts";
import { edit, react, remove } from "./change.ts";
import {
  type CallFailure,
  type ClientEvents,
  floodSeconds,
  type OpenClient,
  type PersonClient,
  says,
  tryCall,
} from "./client.ts";
import { fetchMissed } from "./fill-gap.ts";
import { type FindTools, findPerson, tidyContacts } from "./find-person.ts";
import { createInbox } from "./inbox.ts";
import { createLedger } from "./ledger.ts";
import { createLogin, type Login } from "./login.ts";
import { openMedia } from "./media.ts";
import { accountState, loggedOut } from "./outcomes.ts";
import { readUpdate } from "./read-update.ts";
import { send } from "./send.ts";

/**
 * One account's connection, from opening to closing: restores or makes the sign-in, hands news to the inbox and calls to
 * Telegram, and tells how it stands.
 *
 * - Crash at any time: keys and the position in the updates are in the memory; the next start asks for what came since.
 * - The session is ended on another device: noticed with the next call or reconnection, told as `logged-out`; the keys
 *   are forgotten and the connection closes. It is never silent.
 * - Telegram is away: mtcute reconnects by itself, calls answer `retry`, the state says so.
 */
export interface SessionTools {
  readonly apiId: number;
  readonly apiHash: string;
  readonly openClient: OpenClient;
  readonly pacer?: Pacer;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
}

/** Telegram publishes no figures for people; these stay below what an eager writer does by hand. */
const PACE: readonly PaceRule[] = [{ place: "", count: 5, perMs: 5_000 }];
const PACE_CHAT = { count: 3, perMs: 3_000 } as const;
const GAP =
  " It was away for so long that Telegram did not tell everything: look through the chats in the Telegram app for older messages.";
/** How long an asked-for sign-out may take before it is left to the owner's device list. */
const LOGOUT_MS = 10_000;

export function openSession(tools: SessionTools, account: Account, host: SessionHost): Session {
  const settings = settingsSchema.parse(account.settings);
  const parsed = credentials.safeParse(account.credentials);
  const phone = parsed.success ? (parsed.data.phone ?? "") : "";
  const { memory } = host;
  const stop = new AbortController();
  const ledger = createLedger(memory, tools.now);
  const budget = createBudget(memory, tools.now);
  const inbox = createInbox(
    (events) => host.accept(events),
    (ms) => tools.wait(ms, stop.signal),
  );
  let client: PersonClient | undefined;
  let login: Login | undefined;
  let self: number | undefined;
  let state: ConnectionState = { kind: "starting", sentence: "Connecting to Telegram." };
  let ending: Promise<void> | undefined;
  let resolveClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });

  function tell(next: ConnectionState, prompt?: Parameters<SessionHost["state"]>[1]): void {
    if (stop.signal.aborted) return;
    state = next;
    host.state(next, prompt);
  }

  function tellConnected(note = ""): void {
    const held = budget.coldStopped() ? " Telegram stopped first messages to new people for today; answers go." : "";
    tell({ kind: "connected", sentence: `The account receives and sends messages.${held}${note}` });
  }

  const events: ClientEvents = {
    update(update, people) {
      inbox.push(async () =>
        self === undefined ? [] : await readUpdate(update, people, { self, settings, ledger, budget, now: tools.now }),
      );
    },
    position(write) {
      inbox.position(async () => {
        await ledger.flush();
        await write();
      });
    },
    connection(now) {
      if (self === undefined) return;
      if (now === "connected") void check();
      else tell({ kind: "transient-disconnect", sentence: "Telegram cannot be reached. Connecting again." });
    },
    loginToken: () => login?.scanned(),
    // Its turn comes before the updates that follow the gap, so the order holds.
    gap: (channel) => inbox.push(() => fillGap(channel)),
    refused: (text) => void failed({ kind: "refused", code: 401, text }),
  };

  async function fillGap(channel: number | undefined): Promise<readonly ChannelEvent[]> {
    if (!client || self === undefined || stop.signal.aborted) return [];
    const { pace } = findTools(client);
    const wait = (ms: number) => tools.wait(ms, stop.signal);
    const missed = await fetchMissed({ client, ledger, pace, wait, failed }, channel);
    if (!missed.whole) tellConnected(GAP);
    const found: ChannelEvent[] = [];
    for (const { update, people } of missed.news)
      found.push(...(await readUpdate(update, people, { self, settings, ledger, budget, now: tools.now })));
    return found;
  }

  /** After a reconnection: is the session still ours? */
  async function check(): Promise<void> {
    if (!client || self === undefined || stop.signal.aborted) return;
    const done = await tryCall(client, { _: "users.getUsers", id: [{ _: "inputUserSelf" }] });
    if (done.ok) tellConnected();
    else await failed(done.failure);
  }

  async function failed(failure: CallFailure): Promise<void> {
    const seconds = floodSeconds(failure);
    if (seconds !== undefined && !says(failure, "SLOWMODE_WAIT")) {
      await tools.pacer?.pause(account.id, "", new Date(tools.now() + seconds * 1_000));
    }
    if (says(failure, "PEER_FLOOD")) {
      await budget.stopCold();
      tellConnected();
    }
    const down = accountState(failure);
    // While nobody is signed in, refusals are the login's to tell.
    if (!down || self === undefined) return;
    tell(down);
    if (down.kind !== "logged-out") return;
    await client?.signedOut().catch(() => undefined);
    void shut();
  }

  async function start(): Promise<void> {
    await ledger.load();
    await budget.load();
    const { apiId, apiHash } = tools;
    const opened = await tools.openClient({ apiId, apiHash, memory, events });
    client = opened;
    if (stop.signal.aborted) return await opened.close();
    await opened.open();
    const known = await opened.self();
    const user = known === undefined ? await signIn(opened) : await resume(opened);
    if (!user || stop.signal.aborted) return;
    self = user.id;
    await opened.signedIn(user);
    host.profile(profileOf(user));
    tellConnected();
    await tidyContacts(findTools(opened));
  }

  /** Asks until Telegram answers: is the kept session still good? */
  async function resume(opened: PersonClient): Promise<tl.RawUser | undefined> {
    tell({ kind: "starting", sentence: "Connecting to Telegram with the kept session." });
    for (let pause = 1_000; !stop.signal.aborted; pause = Math.min(pause * 2, 60_000)) {
      const done = await tryCall(opened, { _: "users.getUsers", id: [{ _: "inputUserSelf" }] });
      const [me] = done.ok ? done.value : [];
      if (me?._ === "user") return me;
      const down = done.ok ? loggedOut : accountState(done.failure);
      if (down) {
        tell(down);
        if (down.kind === "logged-out") await opened.signedOut();
        void shut();
        return undefined;
      }
      tell({ kind: "transient-disconnect", sentence: "Telegram cannot be reached. It will be tried again." });
      await tools.wait(pause, stop.signal);
    }
    return undefined;
  }

  async function signIn(opened: PersonClient): Promise<tl.RawUser | undefined> {
    const { apiId, apiHash, wait, now } = tools;
    login = createLogin({ client: opened, apiId, apiHash, phone, state: tell, wait, now, signal: stop.signal });
    const ended = await login.run();
    login = undefined;
    if ("_" in ended) return ended;
    tell(ended);
    void shut();
    return undefined;
  }

  function findTools(opened: PersonClient): FindTools {
    return {
      account,
      settings,
      client: opened,
      ledger,
      budget,
      memory,
      failed,
      signal: stop.signal,
      async pace(chatId) {
        const chat = chatId === 0 ? [] : [{ place: String(chatId), ...PACE_CHAT }];
        await tools.pacer?.turn(account.id, [...PACE, ...chat], stop.signal);
      },
    };
  }

  /** Runs a call on the open connection; without one, says why nothing can be done. */
  async function withTools<T>(
    run: (tools: FindTools) => Promise<T>,
    otherwise: (state: ConnectionState) => T,
  ): Promise<T> {
    if (!client || self === undefined || stop.signal.aborted) return otherwise(state);
    try {
      return await run(findTools(client));
    } catch (error) {
      // The session was closed while this waited for its turn: nothing was sent.
      if (stop.signal.aborted) return otherwise(state);
      throw error;
    }
  }

  const notOpen = (now: ConnectionState) =>
    now.kind === "starting" || now.kind === "transient-disconnect" || now.kind === "connected"
      ? ({
          kind: "retry",
          afterMs: 5_000,
          sentence: "The account is not connected to Telegram yet. It will be tried again.",
        } as const)
      : ({ kind: "account-down", connection: now } as const);

  function shut(): Promise<void> {
    ending ??= (async () => {
      stop.abort();
      inbox.close();
      await client?.close().catch(() => undefined);
      await ledger.flush().catch(() => undefined);
      resolveClosed();
    })();
    return ending;
  }

  host.state(state);
  start().catch(() => {
    // The memory cannot be read, or our own bug: the host opens it again.
    tell({
      kind: "transient-disconnect",
      sentence: "The kept Telegram session could not be opened. It will be tried again.",
    });
    void shut();
  });

  return {
    send: (message, key) => withTools((open) => send(open, message, key), notOpen),
    edit: (change) => withTools((open) => edit(open, change), notOpen),
    remove: (change) => withTools((open) => remove(open, change), notOpen),
    react: (reaction) => withTools((open) => react(open, reaction), notOpen),
    openMedia: (ref, signal) =>
      withTools(
        (open) => openMedia(open.client, ref, AbortSignal.any([signal, stop.signal]), tools.wait),
        () => ({
          kind: "retry",
          afterMs: 5_000,
          sentence: "The account is not connected to Telegram, so the file cannot be fetched yet.",
        }),
      ),
    findPerson: (wanted) =>
      withTools(
        (open) => findPerson(open, wanted),
        (now) => ({ kind: "unknown", sentence: `Could not check: the account is not connected. ${now.sentence}` }),
      ),
    answer: async (text) => (login ? await login.answer(text) : "Nothing is asked for at the moment."),
    async logout() {
      if (client && self !== undefined && !stop.signal.aborted) {
        await tryCall(client, { _: "auth.logOut" }, { timeoutMs: LOGOUT_MS });
        self = undefined;
        await client.signedOut().catch(() => undefined);
      }
      await shut();
    },
    close: shut,
    closed,
  };
}

function profileOf(user: tl.RawUser): { externalId: string; title?: string; url?: string } {
  const title = [realName(user.firstName), realName(user.lastName)].filter(Boolean).join(" ");
  const username = user.username ?? user.usernames?.find((one) => one.active)?.username;
  return {
    externalId: String(user.id),
    ...(title && { title }),
    ...(username && { url: `https://t.me/${username}` }),
  };
}
