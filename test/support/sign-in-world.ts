/**
 * Every channel of the registry behind the real web side, with emulated vendors for those that are signed in: a person's
 * Telegram and WhatsApp as a linked device. For the tests of the sign-in dialog and for pictures of it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ChannelAdapter } from "../../src/channels/contract.ts";
import { createTelegramPersonAdapter } from "../../src/channels/telegram-person/adapter.ts";
import { createWhatsappWebAdapter } from "../../src/channels/whatsapp-web/adapter.ts";
import { createLogger } from "../../src/log/log.ts";
import { createSessionHost } from "../../src/relay/sessions/session-host.ts";
import { describedChannels } from "../../tools/channels-doc.ts";
import { fakeClient } from "../emulators/telegram-person/client.ts";
import { createPersonTelegram, type PersonTelegram } from "../emulators/telegram-person/telegram.ts";
import { type Cloud, startCloud } from "../emulators/whatsapp-web/cloud.ts";
import { openSite, type Site } from "../handlers/support/site.ts";

const WHATSAPP_CLIENT = fileURLToPath(new URL("../emulators/whatsapp-web/main.ts", import.meta.url));

export interface SignInWorld {
  readonly site: Site;
  /** Where the pages are, and an administrator's session. */
  readonly base: string;
  readonly admin: string;
  readonly telegram: PersonTelegram;
  readonly whatsapp: Cloud;
  /** The time that Telegram's code is good for is over. */
  telegramCodeRunsOut(): void;
  stop(): Promise<void>;
}

export async function openSignInWorld(options: {
  readonly pagesDir: string;
  /** Beside those of the registry. */
  readonly channels?: readonly ChannelAdapter[];
}): Promise<SignInWorld> {
  const folder = await mkdtemp(join(tmpdir(), "sign-in-"));
  const whatsapp = await startCloud();
  const telegram = createPersonTelegram();
  // The page counts down to when a code runs out, by the browser's clock.
  telegram.now = Date.now();
  const waits = new Set<() => void>();
  const adapters = [
    ...describedChannels(),
    createTelegramPersonAdapter({
      apiId: 1,
      apiHash: "hash",
      openClient: fakeClient(telegram),
      now: () => telegram.now,
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          const done = (): void => {
            waits.delete(done);
            resolve();
          };
          waits.add(done);
          if (signal.aborted) done();
          else signal.addEventListener("abort", done, { once: true });
        }),
    }),
    createWhatsappWebAdapter({
      chromiumPath: process.execPath,
      folder,
      parts: {
        module: WHATSAPP_CLIENT,
        emulator: whatsapp.path,
        wait: () => Promise.resolve(),
        times: {
          startMs: 30_000,
          loadMs: 30_000,
          saveAfterMs: 60_000,
          saveEveryMs: 60_000,
          restartMs: 50,
          retryMs: 20,
        },
      },
    }),
    ...(options.channels ?? []),
  ];
  const channels = [...new Map(adapters.map((adapter) => [adapter.id, adapter])).values()];
  const site = await openSite({ pagesDir: options.pagesDir, channels });
  const host = createSessionHost({
    store: site.store,
    channels: new Map(channels.map((adapter) => [adapter.id, adapter])),
    acceptor: { accept: async () => undefined },
    dispatcher: { wake: () => undefined },
    log: createLogger("silent"),
    owner: "sign-in-world",
    timing: { lookMs: 50 },
  });
  site.broker.serve(host);
  host.start();
  return {
    site,
    base: await site.app.listen({ port: 0, host: "127.0.0.1" }),
    admin: await site.install(),
    telegram,
    whatsapp,
    telegramCodeRunsOut() {
      for (const done of [...waits]) done();
    },
    async stop() {
      await host.close();
      await site.stop();
      await whatsapp.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
