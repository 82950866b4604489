import { ref } from "vue";
import { viewerMemory } from "./viewer-memory.ts";

const SPEEDS = [1, 1.5, 2] as const;
const KEY = "speed";

/** How fast sounds are played, remembered by the browser. */
export const speed = ref<number>(SPEEDS.find((one) => String(one) === viewerMemory.get(KEY)) ?? 1);

export function nextSpeed(): void {
  speed.value = SPEEDS.find((one) => one > speed.value) ?? SPEEDS[0];
  viewerMemory.set(KEY, String(speed.value));
}
