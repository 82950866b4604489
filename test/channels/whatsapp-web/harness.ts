import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import type { ChannelEvent } from "../../../src/channels/contract/events.ts";
import type { Pacer } from "../../../src/channels/contract/pacing.ts";
import type { Session, SessionHost, SessionPrompt } from "../../../src/channels/contract/sessions.ts";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createWhatsappWebAdapter, type WhatsappWebOptions } from "../../../src/channels/whatsapp-web/adapter.ts";
import type { Account, AccountProfile, ConnectionState } from "../../../src/domain/account.ts";
import { type Cloud, startCloud } from "../../emulators/whatsapp-web/cloud.ts";
import { CUSTOMER, memoryOf, whatsappAccount } from "./account.ts";

/** One account in the real worker process, with the library's client emulated there, and a host that remembers all. */

const EMULATED = fileURLToPath(new URL("../../emulators/whatsapp-web/main.ts", import.meta.url));

export interface TestHost extends SessionHost {
  /** What the relay would keep: each key once. */
  readonly events: ChannelEvent[];
  /** All that was handed over. */
  readonly handed: ChannelEvent[];
  readonly states: { readonly state: ConnectionState; readonly prompt?: SessionPrompt }[];
  readonly profiles: AccountProfile[];
  readonly store: Map<string, Buffer>;
  readonly keys: Set<string>;
  /** So many calls of `accept` fail from now on. */
  failures: number;
  /** The store behind the memory does not answer. */
  storeDown: boolean;
  /** So many of its answers were failures. */
  broken: number;
  now(): ConnectionState["kind"] | undefined;
  reached(kind: ConnectionState["kind"], timeout?: number): Promise<void>;
}

export function testHost(store = new Map<string, Buffer>(), keys = new Set<string>()): TestHost {
  const host: TestHost = {
    events: [],
    handed: [],
    keys,
    states: [],
    profiles: [],
    store,
    failures: 0,
    storeDown: false,
    broken: 0,
    memory: memoryOf(store, () => {
      if (host.storeDown) host.broken += 1;
      return host.storeDown;
    }),
    async accept(events) {
      if (host.failures > 0) {
        host.failures -= 1;
        throw new Error("the store is down");
      }
      host.handed.push(...events);
      for (const event of events) {
        if (!keys.has(event.key)) host.events.push(event);
        keys.add(event.key);
      }
      await Promise.resolve();
    },
    state: (state, prompt) => {
      host.states.push({ state, ...(prompt && { prompt }) });
    },
    profile: (profile) => {
      host.profiles.push(profile);
    },
    now: () => host.states.at(-1)?.state.kind,
    reached: async (kind, timeout = 10_000) => {
      await vi.waitFor(
        () => {
          if (host.now() !== kind) throw new Error(`${host.now()}: ${host.states.at(-1)?.state.sentence}`);
        },
        { timeout, interval: 10 },
      );
    },
  };
  return host;
}

export interface Setup {
  readonly cloud: Cloud;
  readonly folder: string;
  readonly adapter: ChannelAdapter;
  readonly account: Account;
  host: TestHost;
  session: Session;
  /** Another session of the same account with the same memory, as after a restart. */
  reopen(options?: { readonly storeDown: boolean }): void;
  /** Events taken after what `act` made happen, once there are any. */
  news(act: () => unknown, count?: number): Promise<readonly ChannelEvent[]>;
  close(): Promise<void>;
}

export interface SetupOptions {
  readonly parts?: WhatsappWebOptions["parts"];
  readonly pacer?: Pacer;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Do not link the account. */
  readonly unlinked?: boolean;
  readonly memoryBytes?: number;
  /** `CHROMIUM_PATH`; by default a program that is there. */
  readonly chromiumPath?: string | undefined;
}

export const QUICK = {
  startMs: 10_000,
  loadMs: 10_000,
  saveAfterMs: 60_000,
  saveEveryMs: 60_000,
  restartMs: 10,
  retryMs: 5,
} as const;

export async function setUp(options: SetupOptions = {}): Promise<Setup> {
  const cloud = await startCloud();
  const folder = await mkdtemp(join(tmpdir(), "wa-web-"));
  cloud.addPerson(CUSTOMER);
  const adapter = createWhatsappWebAdapter({
    chromiumPath: "chromiumPath" in options ? options.chromiumPath : process.execPath,
    folder,
    ...(options.pacer && { pacer: options.pacer }),
    ...(options.memoryBytes !== undefined && { memoryBytes: options.memoryBytes }),
    parts: {
      module: EMULATED,
      emulator: cloud.path,
      times: QUICK,
      wait: () => Promise.resolve(),
      random: () => 0,
      ...options.parts,
    },
  });
  const account = whatsappAccount(options.settings);
  const open = (host: TestHost): Session => {
    const session = adapter.sessions?.open(account, host);
    if (!session) throw new Error("the adapter has no sessions");
    return session;
  };
  const host = testHost();
  const setup: Setup = {
    cloud,
    folder,
    adapter,
    account,
    host,
    session: open(host),
    reopen(given) {
      setup.host = testHost(setup.host.store, setup.host.keys);
      setup.host.storeDown = given?.storeDown === true;
      setup.session = open(setup.host);
    },
    async news(act, count = 1) {
      const before = setup.host.handed.length;
      act();
      await vi.waitFor(
        () => {
          if (setup.host.handed.length < before + count) throw new Error("no news yet");
        },
        { timeout: 10_000, interval: 5 },
      );
      return setup.host.handed.slice(before);
    },
    async close() {
      await setup.session.close();
      await cloud.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  if (options.unlinked) return setup;
  await host.reached("needs-action");
  cloud.scan();
  await host.reached("connected");
  return setup;
}
