import { onBeforeUnmount, type Ref, ref, shallowRef, watch } from "vue";
import type { UnsubscribedAnswer } from "../../../src/api/unsubscribed.ts";
import { call } from "../api.ts";
import { dayOf } from "../i18n.ts";
import { sentenceOf } from "../loaded.ts";
import { t } from "./texts.ts";

/** A person who types is waited for, and then asked for once. */
const PAUSE_MS = 400;

export interface Leaving {
  /** Those of the addresses that want no letters made of templates. */
  readonly left: Readonly<Ref<readonly UnsubscribedAnswer[]>>;
  look(): Promise<void>;
}

/**
 * Who of these wants no letters made of templates. It only tells beforehand what the server says when the letter is sent: where it
 * cannot be asked nothing is shown.
 */
export function useLeaving(addresses: () => readonly string[]): Leaving {
  const left = shallowRef<readonly UnsubscribedAnswer[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;

  async function look(): Promise<void> {
    latest += 1;
    const mine = latest;
    const wanted = addresses();
    if (wanted.length === 0) {
      left.value = [];
      return;
    }
    try {
      const found = await call<UnsubscribedAnswer[]>("POST", "/mail/unsubscribed/look", { addresses: wanted });
      if (mine === latest) left.value = found;
    } catch {
      if (mine === latest) left.value = [];
    }
  }

  watch(
    () => addresses().join("\n"),
    (_now, before) => {
      clearTimeout(timer);
      timer = setTimeout(() => void look(), before === undefined ? 0 : PAUSE_MS);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => clearTimeout(timer));
  return { left, look };
}

export interface LeavingChange {
  readonly busy: Readonly<Ref<boolean>>;
  readonly problem: Ref<string | undefined>;
  /** @returns whether it was noted */
  note(address: string, conversation?: string): Promise<boolean>;
  end(address: string, conversation?: string): Promise<boolean>;
}

export function useLeavingChange(): LeavingChange {
  const busy = ref(false);
  const problem = ref<string>();
  async function send(path: string, address: string, conversation: string | undefined): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await call("POST", path, { address, ...(conversation !== undefined && { conversation }) });
      return true;
    } catch (thrown) {
      problem.value = sentenceOf(thrown);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return {
    busy,
    problem,
    note: (address, conversation) => send("/mail/unsubscribed", address, conversation),
    end: (address, conversation) => send("/mail/unsubscribed/end", address, conversation),
  };
}

function howOf({ how, by }: UnsubscribedAnswer): string {
  return how === "agent" && by?.name !== undefined ? t("how.by", { name: by.name }) : t(`how.${how}`);
}

export const whenOf = (one: UnsubscribedAnswer) => ({ address: one.address, day: dayOf(one.at), how: howOf(one) });
