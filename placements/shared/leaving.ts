import { onBeforeUnmount, onMounted } from "vue";

/** Whoever closes or reloads the page while something is not saved is asked by their browser. */
export function askBeforeLeaving(isUnsaved: () => boolean): void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (isUnsaved()) event.preventDefault();
  };
  onMounted(() => window.addEventListener("beforeunload", ask));
  onBeforeUnmount(() => window.removeEventListener("beforeunload", ask));
}
