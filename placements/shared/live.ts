import { onBeforeUnmount, onMounted } from "vue";
import { ApiError, listen } from "./api.ts";

/** What happens in a conversation, as it happens. */
export interface Live {
  /** Hears events of that name; for as long as the page is there. */
  on(event: "news" | "state" | "typing", heard: (data: unknown) => void): void;
  /** Hears that the line broke or was let go: what was live may be long gone. */
  onBreak(heard: () => void): void;
}

const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * One stream for a conversation, while its page is looked at: a hidden page holds none. The server ends a stream now and then,
 * and networks break: it is opened again after a pause that grows while it fails. A viewer who may not listen is not
 * asked again. A stream begins with what may have been missed, so a page that comes back asks anew by itself.
 */
export function useLive(conversation: string): Live {
  const listeners = new Map<string, ((data: unknown) => void)[]>();
  const broken: (() => void)[] = [];
  let running: AbortController | undefined;

  const breakOff = () => {
    for (const heard of broken) heard();
  };

  function tell(event: string, data: string): void {
    for (const heard of listeners.get(event) ?? []) heard(JSON.parse(data));
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await listen(`/conversations/${conversation}/live`, tell, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted || isFinal(error)) return;
        failures += 1;
      }
      breakOff();
      await pause(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2), signal);
    }
  }

  function looked(): void {
    running?.abort();
    running = undefined;
    breakOff();
    if (document.hidden) return;
    running = new AbortController();
    void run(running.signal);
  }

  onMounted(() => {
    document.addEventListener("visibilitychange", looked);
    looked();
  });
  onBeforeUnmount(() => {
    document.removeEventListener("visibilitychange", looked);
    running?.abort();
  });

  return {
    on: (event, heard) => void listeners.set(event, [...(listeners.get(event) ?? []), heard]),
    onBreak: (heard) => void broken.push(heard),
  };
}

/** Asking again would bring the same no. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
