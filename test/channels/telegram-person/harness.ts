import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import type { Session, SessionHost, SessionMemory, SessionPrompt } from "../../../src/channels/contract/sessions.ts";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createTelegramPersonAdapter } from "../../../src/channels/telegram-person/adapter.ts";
import type { Account, AccountProfile, ConnectionState } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import { fakeClient } from "../../emulators/telegram-person/client.ts";
import { addPerson, createPersonTelegram, type PersonTelegram } from "../../emulators/telegram-person/telegram.ts";

export const CUSTOMER = 42;

export interface TestHost extends SessionHost {
  readonly events: ChannelEvent[];
  readonly states: ConnectionState[];
  readonly prompts: SessionPrompt[];
  readonly profiles: AccountProfile[];
  readonly values: Map<string, Buffer>;
  /** While set, the store cannot be asked. */
  broken: boolean;
}

export function createMemory(values = new Map<string, Buffer>()): SessionMemory {
  const keys = (prefix: string): string[] => [...values.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, Buffer.from(value))),
    delete: (key) => Promise.resolve(void values.delete(key)),
    list: (prefix) => Promise.resolve(keys(prefix).map((key) => ({ key, value: values.get(key) ?? Buffer.alloc(0) }))),
    clear: () => Promise.resolve(values.clear()),
  };
}

/** Keeps what it is given as the relay does: an event's key once. `values` carries over a restart. */
export function createHost(values = new Map<string, Buffer>(), known: ChannelEvent[] = []): TestHost {
  const host: TestHost = {
    events: known,
    states: [],
    prompts: [],
    profiles: [],
    values,
    broken: false,
    memory: createMemory(values),
    accept(events) {
      if (host.broken) return Promise.reject(new Error("the store is away"));
      for (const event of events) if (!known.some((one) => one.key === event.key)) known.push(event);
      return Promise.resolve();
    },
    state(connection, prompt) {
      host.states.push(connection);
      if (prompt) host.prompts.push(prompt);
    },
    profile: (profile) => void host.profiles.push(profile),
  };
  return host;
}

export function personAccount(fields: { credentials?: object; settings?: object } = {}): Account {
  return {
    id: accountId("acc-1"),
    portal: portalId("portal-1"),
    channel: "telegram-person",
    name: "Olga",
    credentials: { ...fields.credentials },
    webhookSecret: "s3cret_of-this-account",
    settings: { groups: true, ...fields.settings },
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
}

export interface Opened {
  readonly telegram: PersonTelegram;
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  readonly host: TestHost;
  readonly session: Session;
  /** Pauses that were asked for; each is over at once unless `held`. */
  readonly waits: number[];
}

export interface OpenOptions {
  readonly telegram?: PersonTelegram;
  readonly host?: TestHost;
  readonly account?: Account;
  /** Waits last until the session is closed. */
  readonly held?: boolean;
  readonly pacer?: Pacer;
}

/** An account that signed in before, whose customer is known. */
export function signedInTelegram(): PersonTelegram {
  const telegram = createPersonTelegram();
  telegram.login.signedIn = true;
  addPerson(telegram, {
    id: CUSTOMER,
    firstName: "Иван",
    lastName: "Petrov",
    username: "ivan_p",
    phone: "4915100000042",
  });
  return telegram;
}

export function open(options: OpenOptions = {}): Opened {
  const telegram = options.telegram ?? signedInTelegram();
  const waits: number[] = [];
  const adapter = createTelegramPersonAdapter({
    apiId: 1,
    apiHash: "hash",
    openClient: fakeClient(telegram),
    now: () => telegram.now,
    ...(options.pacer && { pacer: options.pacer }),
    wait(ms, signal) {
      waits.push(ms);
      if (!options.held) return new Promise((resolve) => setImmediate(resolve));
      return new Promise((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
  });
  const account = options.account ?? personAccount();
  const host = options.host ?? createHost();
  const session = adapter.sessions?.open(account, host);
  if (!session) throw new Error("the adapter has no sessions");
  return { telegram, adapter, account, host, session, waits };
}

/** A connected session. */
export async function openConnected(options: OpenOptions = {}): Promise<Opened> {
  const host = options.host ?? createHost();
  if (!host.values.has("key/self")) host.values.set("key/self", Buffer.from("5000001"));
  const opened = open({ ...options, host });
  await until(() => host.states.at(-1)?.kind === "connected");
  return opened;
}

/** Waits for a condition without a clock of its own. */
export async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 5_000; round += 1) {
    if (holds()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("what the test waits for did not happen");
}

/** Everything under way has come to its end. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 50; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
