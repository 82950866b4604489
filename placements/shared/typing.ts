import { onBeforeUnmount, type Ref, ref } from "vue";
import type { Live } from "./live.ts";

/** The text as it stands in the customer's input; without one where only the fact is known. */
export interface Typing {
  readonly text?: string;
}

/** A channel that tells only the fact tells it again within this time while it lasts. */
const FACT_SHOWN_MS = 6_000;
/** Who thinks this long over a text has probably left it. */
const TEXT_SHOWN_MS = 30_000;

/**
 * What the customer of a conversation types just now. What was typed when the line broke may be long gone.
 *
 * @param emptied the input was cleared or sent: a message may be there
 */
export function useTyping(
  live: Live,
  emptied: () => void,
): { readonly typing: Readonly<Ref<Typing | undefined>>; clear(): void } {
  const typing = ref<Typing>();
  let silence: ReturnType<typeof setTimeout> | undefined;

  function clear(): void {
    clearTimeout(silence);
    typing.value = undefined;
  }

  live.on("typing", (data) => {
    const { text } = data as { readonly text: string | null };
    const was = typing.value;
    clear();
    if (text !== null && text.trim() === "") {
      if (was) emptied();
      return;
    }
    typing.value = text === null ? {} : { text };
    silence = setTimeout(clear, text === null ? FACT_SHOWN_MS : TEXT_SHOWN_MS);
  });
  live.onBreak(clear);
  onBeforeUnmount(clear);

  return { typing, clear };
}
