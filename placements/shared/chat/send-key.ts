import { ref } from "vue";
import { viewerMemory } from "./viewer-memory.ts";

export type SendKey = "enter" | "ctrl-enter";
const KEY = "send-key";

/** Which key sends, as this browser remembers. */
export const sendKey = ref<SendKey>(viewerMemory.get(KEY) === "ctrl-enter" ? "ctrl-enter" : "enter");

export function switchSendKey(): void {
  sendKey.value = sendKey.value === "enter" ? "ctrl-enter" : "enter";
  viewerMemory.set(KEY, sendKey.value);
}

type Pressed = Pick<KeyboardEvent, "key" | "shiftKey" | "altKey" | "ctrlKey" | "metaKey" | "isComposing">;

/** Enter that ends the choice of a letter (Japanese, Chinese) sends nothing. */
export function sends(event: Pressed, by: SendKey): boolean {
  if (event.key !== "Enter" || event.isComposing || event.shiftKey || event.altKey) return false;
  return event.ctrlKey || event.metaKey || by === "enter";
}
