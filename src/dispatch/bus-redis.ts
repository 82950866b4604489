import { Redis } from "ioredis";
import { type Bus, deliver, listen } from "./bus.ts";

export interface RedisBusOptions {
  readonly url: string;
  /** A listener that threw, or trouble with Redis; called often while Redis is down, so it should throttle itself. */
  readonly onError: (error: unknown) => void;
  /** A notice could not be passed on. */
  readonly onLost: () => void;
}

const PREFIX = "threadline:bus:";

/**
 * Notices through Redis publish/subscribe, for installations where web and worker are separate processes.
 *
 * Redis down: publishing fails at once (no queue: an old notice is worth nothing) and is counted; subscriptions come
 * back by themselves when Redis does. What was published in between is gone, which the contract allows.
 */
export function createRedisBus(options: RedisBusOptions): Bus {
  const topics = new Map<string, Set<(notice: string) => void>>();
  const publisher = new Redis(options.url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_000,
  });
  const subscriber = new Redis(options.url, { maxRetriesPerRequest: null, autoResubscribe: true });
  publisher.on("error", options.onError);
  subscriber.on("error", options.onError);
  subscriber.on("message", (channel: string, notice: string) => {
    if (channel.startsWith(PREFIX)) deliver(topics.get(channel.slice(PREFIX.length)), notice, options.onError);
  });

  return {
    publish(topic, notice) {
      publisher.publish(`${PREFIX}${topic}`, notice).catch(options.onLost);
    },
    subscribe(topic, listener) {
      const isFirst = !topics.has(topic);
      const stop = listen(topics, topic, listener);
      if (isFirst) subscriber.subscribe(`${PREFIX}${topic}`).catch(options.onError);
      return () => {
        const was = topics.has(topic);
        stop();
        if (was && !topics.has(topic)) subscriber.unsubscribe(`${PREFIX}${topic}`).catch(options.onError);
      };
    },
    async close() {
      topics.clear();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}
