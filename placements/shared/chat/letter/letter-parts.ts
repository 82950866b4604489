import { defineAsyncComponent } from "vue";

/** Loaded with the first letter: most conversations have none. */
export const LetterHead = defineAsyncComponent(() => import("./letter-head.vue"));
export const LetterTail = defineAsyncComponent(() => import("./letter-tail.vue"));
