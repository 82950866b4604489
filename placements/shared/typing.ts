import { onBeforeUnmount, onMounted, type Ref, ref } from "vue";
import { ApiError, listen } from "./api.ts";

/** The text as it stands in the customer's input; without one where only the fact is known. */
export interface Typing {
  readonly text?: string;
}

/** A channel that tells only the fact tells it again within this time while it lasts. */
const FACT_SHOWN_MS = 6_000;
/** Who thinks this long over a text has probably left it. */
const TEXT_SHOWN_MS = 30_000;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * What the customer of a conversation types just now, while the page is looked at: a hidden page holds no stream. The
 * server ends a stream now and then, and networks break: it is opened again after a pause that grows while it fails. A
 * viewer who may not listen is not asked again.
 *
 * @param emptied the input was cleared or sent: a message may be there
 */
export function useTyping(
  conversation: string,
  emptied: () => void,
): { readonly typing: Readonly<Ref<Typing | undefined>>; clear(): void } {
  const typing = ref<Typing>();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  function clear(): void {
    clearTimeout(silence);
    typing.value = undefined;
  }

  function heard(name: string, data: string): void {
    if (name !== "typing") return;
    const { text } = JSON.parse(data) as { readonly text: string | null };
    const was = typing.value;
    clear();
    if (text !== null && text.trim() === "") {
      if (was) emptied();
      return;
    }
    typing.value = text === null ? {} : { text };
    silence = setTimeout(clear, text === null ? FACT_SHOWN_MS : TEXT_SHOWN_MS);
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await listen(`/conversations/${conversation}/typing`, heard, signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted || isFinal(error)) return;
        failures += 1;
      }
      // What was typed when the line broke may be long gone.
      clear();
      await pause(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures) * (0.5 + Math.random() / 2), signal);
    }
  }

  function looked(): void {
    running?.abort();
    running = undefined;
    clear();
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
    clear();
  });

  return { typing, clear };
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
