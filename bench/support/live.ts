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
import { connectAccount, type LiveAccount, type StandingAccount, type WebhookChannel } from "./live-accounts.ts";
import type { Target } from "./load.ts";
import { type FreshServices, freshServices } from "./services.ts";
import { FIRST_CHAT } from "./telegram-update.ts";

export type StoreKind = "pglite" | "postgres" | "together";

export const settingOf: Readonly<Record<StoreKind, string>> = {
  pglite: "one process, built-in database",
  postgres: "web and worker, PostgreSQL, Redis",
  together: "one process, PostgreSQL, Redis",
};

/** A portal with one account of each channel on its first line. */
export interface LivePortal {
  readonly controls: PortalControls;
  /** Of its Telegram account, for the load generator. */
  readonly target: Target;
  readonly accounts: readonly LiveAccount[];
}

/** As in `World`. */
export const SECRET_KEY = "0123456789abcdef0123456789abcdef";
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

  static async start(
    store: StoreKind,
    portals: readonly Partial<PortalSettings>[],
    channels: readonly WebhookChannel[] = ["telegram"],
  ): Promise<Live> {
    const services = store === "pglite" ? undefined : await freshServices();
    const world = await World.start({
      portal: { portals: [...portals], eventTimeoutMs: 30_000 },
      telegram: { bots: portals.map(() => ({})) },
      viber: { bots: portals.map(() => ({})) },
      whatsappCloud: { businesses: portals.map(() => ({})) },
      ...(services && store === "postgres" && { services }),
      env: {
        LOG_LEVEL: "warn",
        ...(services &&
          store === "together" && {
            DATABASE_URL: services.databaseUrl,
            REDIS_URL: services.redisUrl,
            SECRET_KEY,
          }),
        ...(process.env.BENCH_NODE_OPTIONS && { NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS }),
      },
    });
    try {
      const standing = await Promise.all(
        world.portal.portals.map(async ({ id }, position) => {
          await world.install(id);
          const accounts: StandingAccount[] = [];
          for (const channel of channels) accounts.push(await connectAccount(world, channel, { id, position }));
          return accounts;
        }),
      );
      const secrets = await readSecrets(
        world,
        services,
        standing.flat().map((account) => account.id),
      );
      const port = Number(new URL(world.web.url).port);
      const live = world.portal.portals.map((controls, position): LivePortal => {
        const own = standing[position] ?? [];
        const telegram = own[channels.indexOf("telegram")]?.id ?? "";
        return {
          controls,
          target: { port, path: `/channels/telegram/${telegram}`, secret: secrets.get(telegram) ?? "" },
          accounts: own.map((account) => account.complete(secrets.get(account.id) ?? "")),
        };
      });
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
): Promise<ReadonlyMap<string, string>> {
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
  return new Map(accounts.flatMap((account) => (account ? [[account.id, account.webhookSecret] as const] : [])));
}
