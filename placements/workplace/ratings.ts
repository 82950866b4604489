import { type Ref, shallowRef, watch } from "vue";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import type { RatingsOfAnswer } from "../../src/api/own-line.ts";
import { call } from "../shared/api.ts";

/** As the server takes them at once. */
const MOST = 100;

/** Stars of the listed conversations that are closed: asked when the list has other ones, and none where that fails. */
export function useRatings(
  rows: Readonly<Ref<readonly ConversationAnswer[]>>,
): Readonly<Ref<ReadonlyMap<string, number>>> {
  const stars = shallowRef<ReadonlyMap<string, number>>(new Map());
  const closed = () => rows.value.filter(({ open }) => !open).slice(0, MOST);
  watch(
    () =>
      closed()
        .map(({ id }) => id)
        .join(),
    async (ids) => {
      if (ids === "") return;
      // The list goes without them: they are told beside each conversation.
      const found = await call<RatingsOfAnswer>("GET", `/ratings?conversations=${ids}`).catch(() => []);
      stars.value = new Map(
        found.flatMap(({ conversation, stars: given }) => (given === null ? [] : [[conversation, given]])),
      );
    },
    { immediate: true },
  );
  return stars;
}
