import { onBeforeUnmount, type Ref, ref, watch } from "vue";
import { call } from "./api.ts";

/** A person who types is waited for, and then asked for once. */
const PAUSE_MS = 600;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/;

/**
 * What is to be known of a mailbox before it is connected, as soon as its address is typed. Where nobody can be asked nothing is
 * said: it is said once more when it is connected.
 *
 * @param of `undefined`: nothing is to be known
 */
export function useForewarning(
  of: () => { readonly channel: string; readonly address: unknown } | undefined,
): Readonly<Ref<string | undefined>> {
  const problem = ref<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;

  async function ask(channel: string, address: string): Promise<void> {
    latest += 1;
    const mine = latest;
    const body = { channel, settings: { address } };
    const answer = await call<{ problem: string | null }>("POST", "/accounts/forewarned", body).catch(() => undefined);
    if (mine === latest) problem.value = answer?.problem ?? undefined;
  }

  watch(
    () => {
      const { channel, address } = of() ?? {};
      const isWhole = channel !== undefined && typeof address === "string" && ADDRESS.test(address.trim());
      return isWhole ? `${channel}\n${address.trim()}` : undefined;
    },
    (wanted) => {
      clearTimeout(timer);
      latest += 1;
      problem.value = undefined;
      const [channel, address] = wanted?.split("\n") ?? [];
      if (channel !== undefined && address !== undefined)
        timer = setTimeout(() => void ask(channel, address), PAUSE_MS);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => clearTimeout(timer));
  return problem;
}
