import { computed, onBeforeUnmount, type Ref, ref, shallowRef, watch } from "vue";
import type { AccountSessionAnswer } from "../../src/api/account-session.ts";
import type { AccountAnswer, ConnectionAnswer } from "../../src/api/accounts.ts";
import { call } from "./api.ts";
import { useLoaded, usePolling } from "./loaded.ts";

/** In these a connection that is not open waits for a person. */
const RESTING: readonly ConnectionAnswer["kind"][] = ["needs-action", "bad-credentials", "logged-out", "failed"];
const LOOK_MS = 2_000;
/** Messengers lock a number that asks for codes too often. */
const RESEND_AFTER_SECONDS = 30;
/** A prompt that stands for so many looks after it was answered is asked again. */
const PATIENCE = 8;

/**
 * An account's standing connection while its dialog is open: looked at every two seconds as long as something is going
 * on, and then left alone. Prompts live in this page's memory only and go with the dialog.
 */
export function useSignIn(open: Ref<boolean>, account: () => AccountAnswer | undefined) {
  const {
    value: live,
    error,
    load,
  } = useLoaded(() => call<AccountSessionAnswer>("GET", `/accounts/${account()?.id ?? ""}/session`));
  /** The prompt that was answered and taken, until something else is told. */
  const taken = shallowRef<{ readonly prompt: string; looks: number }>();
  const askedAt = ref(0);
  const now = useSeconds(open);

  const asked = computed(() => JSON.stringify(live.value?.prompt ?? null));
  const prompt = computed(() => (taken.value === undefined ? (live.value?.prompt ?? undefined) : undefined));
  const resting = computed(
    () => live.value !== undefined && !live.value.open && RESTING.includes(live.value.connection.kind),
  );
  const going = computed(
    () => open.value && account()?.enabled === true && !resting.value && live.value?.connection.kind !== "connected",
  );
  const codeLeft = computed(() => {
    if (prompt.value?.kind !== "qr" || prompt.value.until === null) return undefined;
    const left = Math.ceil((Date.parse(prompt.value.until) - now.value) / 1000);
    // A clock of the viewer's that is far off would tell nonsense.
    return left > 300 ? undefined : Math.max(0, left);
  });
  const resendIn = computed(() => {
    const waited = Math.floor((now.value - askedAt.value) / 1000);
    return Math.min(RESEND_AFTER_SECONDS, Math.max(0, RESEND_AFTER_SECONDS - waited));
  });

  function forget(): void {
    live.value = undefined;
    error.value = undefined;
    taken.value = undefined;
  }

  async function look(): Promise<boolean> {
    await load();
    const { value } = taken;
    if (value) {
      value.looks += 1;
      if (value.prompt !== asked.value || value.looks > PATIENCE) taken.value = undefined;
    }
    return error.value === undefined;
  }

  watch(asked, (is) => {
    if (JSON.parse(is)?.kind === "code") askedAt.value = Date.now();
  });
  // What was told of one account is not shown of the next.
  watch([open, () => account()?.id], ([isOpen]) => {
    if (!isOpen) return;
    forget();
    void look();
  });
  // The list hears of changes that nobody here waits for: a connection that ended an hour ago.
  watch(
    () => account()?.connection.kind,
    (kind) => {
      if (open.value && !going.value && kind !== live.value?.connection.kind) void look();
    },
  );
  usePolling(look, LOOK_MS, () => going.value);

  return {
    live,
    error,
    prompt,
    resting,
    codeLeft,
    resendIn,
    look,
    /** For when the dialog is out of sight: a code is not kept. */
    forget,
    /** Another code was asked for, which may be asked for in the same words. */
    resent() {
      askedAt.value = Date.now();
    },
    /** Somebody answered, and it was right: what comes next is waited for. */
    answered() {
      taken.value = { prompt: asked.value, looks: 0 };
      return look();
    },
  };
}

/** The time, told every second while it is needed. */
function useSeconds(needed: Ref<boolean>): Ref<number> {
  const now = ref(Date.now());
  let timer: ReturnType<typeof setInterval> | undefined;
  const stop = () => clearInterval(timer);
  watch(
    needed,
    (is) => {
      stop();
      now.value = Date.now();
      if (is) timer = setInterval(() => (now.value = Date.now()), 1000);
    },
    { immediate: true },
  );
  onBeforeUnmount(stop);
  return now;
}
