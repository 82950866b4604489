/**
 * The whole application between emulated portals and webhooks: the world of the demo and the kill test, plus what a
 * vendor knows of each account (address and secret), so that messages come in by webhook.
 *
 * Its address is http, so accounts are polled too; the emulated Telegram has nothing for them. The secret of an account
 * is read from the store: with the built-in database that means stopping the server for a moment, because one process
 * alone may open its folder.
 */

import { loadSecretKey } from "../../src/config/secret-key.ts";
import { accountId } from "../../src/domain/ids.ts";
import { createLogger } from "../../src/log/log.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { PortalControls } from "../../test/emulators/portal/controls.ts";
import type { PortalSettings } from "../../test/emulators/portal/options.ts";
import type { RequestLogEntry } from "../../test/emulators/portal/request-log.ts";
import { until } from "../../test/support/world/until.ts";
import { World } from "../../test/support/world/world.ts";
import { Connection, webhookHead } from "./connection.ts";
import type { Target } from "./load.ts";
import { type FreshServices, freshServices } from "./services.ts";
import { FIRST_CHAT, SECRET_HEADER, telegramUpdate, textOf } from "./telegram-update.ts";

export type StoreKind = "pglite" | "postgres";

export const settingOf: Readonly<Record<StoreKind, string>> = {
  pglite: "one process, built-in database",
  postgres: "web and worker, PostgreSQL, Redis",
};

/** A portal with one Telegram account on its first line. */
export interface LivePortal {
  readonly controls: PortalControls;
  readonly target: Target;
}

/** As in `World`. */
const SECRET_KEY = "0123456789abcdef0123456789abcdef";
const SEND = "imconnector.send.messages";

export class Live {
  readonly world: World;
  readonly portals: readonly LivePortal[];
  private readonly services: FreshServices | undefined;

  private constructor(world: World, portals: readonly LivePortal[], services: FreshServices | undefined) {
    this.world = world;
    this.portals = portals;
    this.services = services;
  }

  static async start(store: StoreKind, portals: readonly Partial<PortalSettings>[]): Promise<Live> {
    const services = store === "postgres" ? await freshServices() : undefined;
    const world = await World.start({
      portal: { portals: [...portals], eventTimeoutMs: 30_000 },
      telegram: { bots: portals.map(() => ({})) },
      ...(services && { services }),
      env: {
        LOG_LEVEL: "warn",
        ...(process.env.BENCH_NODE_OPTIONS && { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS }),
      },
    });
    try {
      const tokens = [...world.telegram.bots.keys()];
      const accounts: { readonly controls: PortalControls; readonly id: string }[] = [];
      for (const [index, controls] of world.portal.portals.entries()) {
        await world.install(controls.id);
        const token = tokens[index];
        if (token === undefined) throw new Error("a bot for every portal");
        const account = await world.connectTelegram({ token, portal: controls.id });
        accounts.push({ controls, id: account.id });
      }
      const secrets = await readSecrets(
        world,
        services,
        accounts.map((account) => account.id),
      );
      const port = Number(new URL(world.web.url).port);
      const live = accounts.map(({ controls, id }, index) => ({
        controls,
        target: { port, path: `/channels/telegram/${id}`, secret: secrets[index] ?? "" },
      }));
      return new Live(world, live, services);
    } catch (error) {
      await world.stop();
      await services?.drop();
      throw error;
    }
  }

  /** Runs a measurement and stops everything. A failure is told with the last words of the servers. */
  async measure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const words = this.world.processes.map((process) => `${process.running ? "" : "(ended) "}${process.tail(5)}`);
      throw new Error(`the measurement broke off; the servers' last words:\n${words.join("\n")}`, { cause: error });
    } finally {
      await this.stop();
    }
  }

  private async stop(): Promise<void> {
    await this.world.stop();
    await this.services?.drop();
  }

  /** Waits until nothing is left in the buckets: what was set up must not count against what is measured. */
  async settled(portals: readonly LivePortal[] = this.portals): Promise<void> {
    await this.world.portal.events.settled();
    await until(
      () => portals.every(({ controls }) => controls.portal.bucket.level("127.0.0.1", Date.now()) === 0),
      120_000,
      "the buckets to be empty",
    );
  }

  /** Requests that carried messages, in the order in which they came. */
  sends(portal: LivePortal): RequestLogEntry[] {
    return this.world.portal.requests.entries({ portal: portal.controls.id, method: SEND });
  }
}

/** Messages in Open Lines, by customer (as `telegramUpdate` numbers them), in the order in which they stand there. */
export function arrivedBy(controls: PortalControls): Map<number, string[]> {
  const { portal } = controls;
  const texts = new Map<number, string[]>();
  for (const chat of portal.chats.values()) {
    const customer = Number(chat.externalUserId) - FIRST_CHAT;
    const own = chat.messageIds
      .flatMap((id) => portal.messages.get(id) ?? [])
      .filter((message) => message.from === "customer");
    texts.set(customer, [...(texts.get(customer) ?? []), ...own.map((message) => message.text)]);
  }
  return texts;
}

async function readSecrets(
  world: World,
  services: FreshServices | undefined,
  ids: readonly string[],
): Promise<string[]> {
  if (!services) await world.web.kill("SIGTERM");
  const store = await openStore({
    databaseUrl: services?.databaseUrl,
    dataDir: world.dataDir,
    secretKey: await loadSecretKey(services ? SECRET_KEY : undefined, world.dataDir),
    log: createLogger("silent"),
    connections: 1,
  });
  const accounts = await Promise.all(ids.map((id) => store.accounts.findAnywhere(accountId(id))));
  await store.close();
  if (!services) await world.web.start();
  return accounts.map((account) => account?.webhookSecret ?? "");
}

const CUSTOMERS = 5;
const CONNECTIONS = 32;

export interface OwnTimes {
  /** Milliseconds from sending the webhook to its REST request standing at the portal. */
  readonly fromWebhook: readonly number[];
  /** The same from the webhook's 200; below zero where the request was quicker than the answer. */
  readonly fromAccept: readonly number[];
}

/**
 * Writes as a few known customers of every portal in turn, at fixed times, and holds the portals' logs against them. A
 * portal gets no more than what leaks out of its bucket, so it is and stays idle.
 */
export class QuietTraffic {
  private readonly live: Live;
  private readonly portals: readonly LivePortal[];
  /** Opened for each measurement: a server closes connections that were idle for long. */
  private connections: readonly Connection[] = [];
  private next = 1;

  private constructor(live: Live, portals: readonly LivePortal[]) {
    this.live = live;
    this.portals = portals;
  }

  /** Makes the customers known: each has written once. */
  static async start(live: Live, portals: readonly LivePortal[]): Promise<QuietTraffic> {
    const traffic = new QuietTraffic(live, portals);
    await traffic.measure({ everyMs: 20, while: (count) => count < CUSTOMERS * portals.length });
    await live.settled(portals);
    return traffic;
  }

  /** Milliseconds between two messages that all portals together bear without their buckets filling. */
  get idlePaceMs(): number {
    return Math.ceil(550 / this.portals.length);
  }

  async measure(options: { readonly everyMs: number; readonly while: (count: number) => boolean }): Promise<OwnTimes> {
    const sent: { readonly portal: LivePortal; readonly id: number; readonly at: number; accepted: number }[] = [];
    const answers: Promise<void>[] = [];
    const failures: unknown[] = [];
    this.connections = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => Connection.open(this.portals[0]?.target.port ?? 0)),
    );
    const begin = now();
    for (let count = 0; options.while(count); count += 1) {
      const due = begin + count * options.everyMs;
      while (now() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - now())));
      const portal = this.portals[this.next % this.portals.length];
      if (!portal) break;
      const id = this.next;
      this.next += 1;
      const conversation = Math.floor(id / this.portals.length) % CUSTOMERS;
      const message = { portal, id, at: now(), accepted: Number.NaN };
      sent.push(message);
      answers.push(
        this.post(portal, telegramUpdate(conversation, id, textOf(conversation, id))).then(
          (status) => {
            message.accepted = now();
            if (status !== 200) failures.push(new Error(`a webhook was answered ${status}`));
          },
          (error: unknown) => void failures.push(error),
        ),
      );
    }
    await Promise.all(answers);
    for (const connection of this.connections) connection.close();
    if (failures.length > 0) throw new Error(`${failures.length} webhooks were not accepted`, { cause: failures[0] });
    let left = new Map<string, number>();
    await until(
      () => {
        left = this.leftAt();
        return sent.every(({ portal, id }) => left.has(`${portal.controls.id}|${id}`));
      },
      60_000,
      "every message to arrive",
    );
    const at = (message: { readonly portal: LivePortal; readonly id: number }) =>
      left.get(`${message.portal.controls.id}|${message.id}`) ?? Number.NaN;
    return {
      fromWebhook: sent.map((message) => at(message) - message.at),
      fromAccept: sent.map((message) => at(message) - message.accepted),
    };
  }

  private leftAt(): Map<string, number> {
    const times = new Map<string, number>();
    for (const portal of this.portals) {
      for (const entry of this.live.sends(portal)) {
        for (const element of entry.commands.flatMap((command) => command.elements))
          times.set(`${portal.controls.id}|${element.externalId}`, entry.startedAt);
      }
    }
    return times;
  }

  private async post(portal: LivePortal, body: string): Promise<number> {
    const head = webhookHead(portal.target.path, SECRET_HEADER, portal.target.secret);
    for (;;) {
      // Whoever waits beside us may have been quicker.
      const connection = this.connections.find((one) => one.free);
      if (connection) return connection.post(head, body);
      await until(() => this.connections.some((one) => one.free), 60_000, "a free connection");
    }
  }
}

/** Milliseconds since 1970 with fractions, comparable with the emulator's `Date.now()` on the same machine. */
const now = () => performance.timeOrigin + performance.now();
