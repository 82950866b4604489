import { onBeforeUnmount, type Ref, ref, shallowRef, watch } from "vue";
import { ApiError } from "./api.ts";
import { t } from "./i18n.ts";

/** The sentence to show for whatever was thrown. The server's own words where it had any. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.unknown");
  if (error.code === "offline") return t("error.offline");
  if (error.code === "timeout") return t("error.timeout");
  if (error.status === 401) return t("error.session");
  return error.message === "" ? t("error.unknown") : error.message;
}

export interface Loaded<Value> {
  readonly value: Ref<Value | undefined>;
  /** Why the last load failed; a value of before stays. */
  readonly error: Ref<string | undefined>;
  readonly sessionEnded: Ref<boolean>;
  readonly loading: Ref<boolean>;
  load(): Promise<void>;
}

/** Something the page shows, loaded now and again on demand. The answer of an older load never replaces a newer one. */
export function useLoaded<Value>(read: () => Promise<Value>): Loaded<Value> {
  const value = shallowRef<Value>();
  const error = ref<string>();
  const sessionEnded = ref(false);
  const loading = ref(false);
  let latest = 0;

  async function load(): Promise<void> {
    latest += 1;
    const mine = latest;
    loading.value = true;
    try {
      const answer = await read();
      if (mine !== latest) return;
      value.value = answer;
      error.value = undefined;
      sessionEnded.value = false;
    } catch (thrown) {
      if (mine !== latest) return;
      error.value = sentenceOf(thrown);
      sessionEnded.value = thrown instanceof ApiError && thrown.status === 401;
    } finally {
      if (mine === latest) loading.value = false;
    }
  }

  return { value, error, sessionEnded, loading, load };
}

/**
 * Runs again and again while the page is looked at and it is wanted; a run that takes long is waited for. Slower while
 * it fails.
 */
export function usePolling(run: () => Promise<boolean>, everyMs: number, wanted: () => boolean = () => true): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let running = false;
  let stopped = false;

  function plan(): void {
    clearTimeout(timer);
    if (!stopped && !running && !document.hidden && wanted())
      timer = setTimeout(tick, everyMs * Math.min(8, 2 ** failures));
  }

  async function tick(): Promise<void> {
    if (running) return;
    running = true;
    failures = (await run()) ? 0 : failures + 1;
    running = false;
    plan();
  }

  function looked(): void {
    clearTimeout(timer);
    if (!document.hidden && wanted()) void tick();
  }

  watch(wanted, plan);
  document.addEventListener("visibilitychange", looked);
  onBeforeUnmount(() => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", looked);
  });
  plan();
}
