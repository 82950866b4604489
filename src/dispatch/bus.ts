/**
 * Notices between processes: "there is news about X", never the news itself. SQL holds the truth, so a lost notice
 * costs time (whoever waits also looks by itself now and then) and no message. Twice or out of order: harmless, for
 * the same reason.
 */
export interface Bus {
  /** Never throws and never waits: a notice that cannot be passed on is counted by the implementation and gone. */
  publish(topic: string, notice: string): void;
  /** Hears notices of all processes, this one included. Answers how to stop. */
  subscribe(topic: string, listener: (notice: string) => void): () => void;
  close(): Promise<void>;
}

/** For one process. Listeners run after the publisher's own turn, so that a listener cannot fail its publisher. */
export function createLocalBus(onError: (error: unknown) => void): Bus {
  const topics = new Map<string, Set<(notice: string) => void>>();
  return {
    publish(topic, notice) {
      queueMicrotask(() => deliver(topics.get(topic), notice, onError));
    },
    subscribe: (topic, listener) => listen(topics, topic, listener),
    async close() {
      topics.clear();
    },
  };
}

/** Adds a listener to a table of topics; shared by the implementations. */
export function listen(
  topics: Map<string, Set<(notice: string) => void>>,
  topic: string,
  listener: (notice: string) => void,
): () => void {
  const listeners = topics.get(topic) ?? new Set();
  topics.set(topic, listeners);
  // Wrapped, so that the same function subscribed twice counts twice and stops twice.
  const own = (notice: string) => listener(notice);
  listeners.add(own);
  return () => {
    listeners.delete(own);
    if (listeners.size === 0 && topics.get(topic) === listeners) topics.delete(topic);
  };
}

/** Tells every listener; one that throws is reported and does not keep the others from hearing. */
export function deliver(
  listeners: ReadonlySet<(notice: string) => void> | undefined,
  notice: string,
  onError: (error: unknown) => void,
): void {
  for (const listener of [...(listeners ?? [])]) {
    try {
      listener(notice);
    } catch (error) {
      onError(error);
    }
  }
}
