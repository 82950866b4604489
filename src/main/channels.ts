import { resolve } from "node:path";
import { createKeptMails } from "../channels/email/bcc/kept-mails.ts";
import { createChannels } from "../channels/registry.ts";
import { createHub } from "../channels/webchat/hub.ts";
import { createUploads } from "../channels/webchat/uploads.ts";
import { createLocalBus } from "../dispatch/bus.ts";
import { createRedisBus } from "../dispatch/bus-redis.ts";
import { createSealedBus } from "../dispatch/sealed-bus.ts";
import { createMediaHandover } from "../media/handover.ts";
import { createMediaShelf } from "../media/shelf.ts";
import { createMemoryPacer } from "../pacing/memory.ts";
import { createRedisPacer } from "../pacing/redis.ts";
import { keptFiles } from "../relay/files.ts";
import { createNews } from "../relay/news.ts";
import { withSessions } from "../relay/sessions/adapter.ts";
import { createSessionBroker } from "../relay/sessions/broker.ts";
import type { Base } from "./base.ts";
import { translateAll } from "./sentences.ts";

export type ChannelsPart = ReturnType<typeof wireChannels>;

/** The notice by which processes with standing connections look at the accounts at once. */
export const ACCOUNTS_CHANGED = "accounts-changed";

/** The channels with what they lean on: live notices, files, pacing, and standing connections in whichever process. */
export function wireChannels({ config, log, metrics, secretKey, store, owner, redis, now, onClose }: Base) {
  const { redisUrl, dataDir } = config;
  const onBusError = (error: unknown) =>
    log.warn({ err: error }, "A live notice could not be passed on; open pages look again by themselves");
  const bus =
    redisUrl === undefined
      ? createLocalBus(onBusError)
      : createRedisBus({ url: redisUrl, onError: onBusError, onLost: () => metrics.lostWakeUps.inc() });
  onClose(() => bus.close());
  const hub = createHub(bus, owner);
  const news = createNews(bus, owner);
  onClose(() => news.close());
  const uploads = createUploads({ dataDir, now });
  const copies = createKeptMails({ dataDir, now });
  const shelf = createMediaShelf({ dataDir, publicUrl: config.publicUrl, secretKey, media: store.media, now });
  const handover = createMediaHandover({ dataDir, now });
  const broker = createSessionBroker({
    bus: redisUrl === undefined ? undefined : createSealedBus(bus, secretKey),
    processId: owner,
    files: keptFiles(shelf),
    handover,
    log,
  });
  onClose(() => broker.close());
  const asTheyAre = createChannels({
    telegramApiUrl: config.telegramApiUrl,
    telegramApp: config.telegramApp ?? {},
    viberApiUrl: config.viberApiUrl,
    chromiumPath: config.chromiumPath,
    whatsappFolder: resolve(dataDir, "whatsapp"),
    whatsappCloudApiUrl: config.whatsappCloudApiUrl,
    mailPrivateHosts: config.mailPrivateHosts,
    copies,
    mailVendors: config.mailVendors,
    hub,
    uploads,
    pacer: redis ? createRedisPacer({ redis }) : createMemoryPacer(),
  });
  return {
    bus,
    copies,
    hub,
    news,
    uploads,
    shelf,
    broker,
    translate: translateAll(asTheyAre),
    channels: withSessions(asTheyAre, { broker, handover }),
  };
}
