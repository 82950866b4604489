import { onBeforeUnmount, ref } from "vue";
import type { SignInBegunAnswer, SignInTakenAnswer } from "../../src/api/sign-ins.ts";
import { call } from "./api.ts";
import { t } from "./i18n.ts";
import { sentenceOf } from "./loaded.ts";

/** What the window of the way tells (`signed-in/main.ts`). */
interface Told {
  readonly from?: unknown;
  readonly code?: unknown;
  readonly sentence?: unknown;
}

const LOOK_MS = 500;
const LOOKS = "popup,width=560,height=720";

/**
 * Signing in at a vendor's own page, in a window of its own: no such page lets itself be framed. The window ends on a page of ours,
 * which hands its code to this one; where browsers keep the two apart, the person types it.
 * @param at where the server is asked: for administrators, or for whoever follows an invitation
 */
export function useVendorSignIn(at: () => string, taken: (answer: SignInTakenAnswer) => void) {
  const stage = ref<"idle" | "open" | "lost" | "taking">("idle");
  const error = ref<string>();
  let popup: Window | null = null;
  let timer: ReturnType<typeof setInterval> | undefined;

  /** At once in the click: later, browsers take the window for advertisement. */
  async function start(wish: { channel: string; vendor: string; settings: Record<string, unknown> }): Promise<void> {
    stop();
    error.value = undefined;
    popup = window.open("about:blank", "threadline-sign-in", LOOKS);
    if (!popup) {
      error.value = t("vendor.blocked");
      return;
    }
    stage.value = "open";
    const own = popup;
    try {
      const { url } = await call<SignInBegunAnswer>("POST", at(), wish);
      if (popup !== own) return;
      own.location.href = url;
      timer = setInterval(look, LOOK_MS);
    } catch (thrown) {
      stop();
      error.value = sentenceOf(thrown);
    }
  }

  function look(): void {
    if (!popup?.closed) return;
    clearInterval(timer);
    if (stage.value === "open") stage.value = "lost";
  }

  function hear(event: MessageEvent): void {
    const told: Told = typeof event.data === "object" && event.data !== null ? event.data : {};
    if (event.origin !== location.origin || told.from !== "threadline-sign-in") return;
    if (popup === null || event.source !== popup) return;
    popup.postMessage({ to: "threadline-sign-in" }, location.origin);
    clearInterval(timer);
    if (typeof told.code === "string") void take(told.code);
    else {
      stage.value = "idle";
      error.value = typeof told.sentence === "string" ? told.sentence : t("vendor.lost");
    }
  }

  async function take(code: string): Promise<void> {
    const before = stage.value;
    stage.value = "taking";
    error.value = undefined;
    try {
      const answer = await call<SignInTakenAnswer>("POST", `${at()}/take`, { code });
      stage.value = "idle";
      taken(answer);
    } catch (thrown) {
      stage.value = before;
      error.value = sentenceOf(thrown);
    }
  }

  function stop(): void {
    clearInterval(timer);
    popup?.close();
    popup = null;
    stage.value = "idle";
  }

  window.addEventListener("message", hear);
  onBeforeUnmount(() => {
    stop();
    window.removeEventListener("message", hear);
  });

  return { stage, error, start, take, stop };
}
