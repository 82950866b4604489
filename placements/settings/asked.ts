import { onBeforeUnmount, onMounted } from "vue";

/** What the address asks for: `#rules`, or `#rules?message=…` to try them on a message of the past. */
export interface Asked {
  readonly message: string | undefined;
}

export const rulesAddress = (message: string): string => `#rules?message=${encodeURIComponent(message)}`;

/** Goes where the address leads, now and whenever it changes. */
export function useAsked(go: (asked: Asked) => void): void {
  function look(): void {
    const [part, query = ""] = window.location.hash.slice(1).split("?");
    if (part === "rules") go({ message: new URLSearchParams(query).get("message") ?? undefined });
  }
  onMounted(() => {
    look();
    window.addEventListener("hashchange", look);
  });
  onBeforeUnmount(() => window.removeEventListener("hashchange", look));
}

/** Leads there once more, also where the address leads already. */
export function ask(address: string): void {
  if (window.location.hash === address) window.dispatchEvent(new HashChangeEvent("hashchange"));
  else window.location.hash = address;
}
