import { computed, type Ref, shallowRef } from "vue";
import { call } from "../api.ts";
import type { PresentPerson } from "../live-stream.ts";

/** Colleagues who have conversations of the column open too. */
export interface PresentColleagues {
  /** Each once, by name. */
  readonly people: Readonly<Ref<readonly PresentPerson[]>>;
  hear(conversation: string, people: readonly PresentPerson[]): void;
  /** The viewer has typed something: those who look are told, if there are any. */
  typed(conversation: string): void;
}

/** What is told is forgotten after six seconds. */
const AGAIN_MS = 3_000;

export function usePresent(): PresentColleagues {
  const told = shallowRef<ReadonlyMap<string, readonly PresentPerson[]>>(new Map());
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    people: computed(() => {
      const all = new Map<string, PresentPerson>();
      for (const person of [...told.value.values()].flat()) {
        const writing = person.writing || all.get(person.id)?.writing === true;
        all.set(person.id, { ...person, writing });
      }
      return [...all.values()].sort((a, b) => (a.name ?? "").localeCompare(b.name ?? ""));
    }),
    hear(conversation, people) {
      told.value = new Map([...told.value, [conversation, people]]);
    },
    typed(conversation) {
      const isSeen = (told.value.get(conversation)?.length ?? 0) > 0;
      if (!isSeen || Date.now() - toldAt < AGAIN_MS) return;
      toldAt = Date.now();
      // Nothing hangs on it: the next letters tell it again.
      void call("POST", `/conversations/${conversation}/writing`).catch(() => undefined);
    },
  };
}
