import { computed, onBeforeUnmount, onMounted, type Ref, watch } from "vue";
import type { TriedRulesAnswer, TryRules } from "../../../src/api/rules.ts";
import { call } from "../../shared/api.ts";
import { useLoaded } from "../../shared/loaded.ts";
import type { Groups } from "./model.ts";
import { t } from "./words.ts";

/** What would stand in a field, or why nothing does. */
export interface FieldPreview {
  readonly text: string | undefined;
  readonly problem: string | undefined;
}

export interface FieldPreviews {
  at(index: number): FieldPreview | undefined;
  /** Why values cannot be shown, or could not be checked. */
  readonly trouble: Ref<string | undefined>;
}

/** Somebody who types is not asked about every letter. */
const PAUSE_MS = 350;

/**
 * What the server, which converts values when a card is written, makes of each mapping now. Only those that are complete
 * are asked about, and nothing else of the draft: what is not finished elsewhere does not matter here.
 */
export function useFieldPreview(
  mappings: () => Groups["fields"],
  facts: () => NonNullable<TryRules["facts"]>,
  zone: () => string,
): FieldPreviews {
  const asked = computed(() => {
    const complete = mappings().flatMap((mapping, index) =>
      mapping.field === "" || mapping.value.trim() === "" ? [] : [{ mapping: { ...mapping }, index }],
    );
    const fields = complete.map(({ mapping }) => mapping);
    const ruleset = { chats: { fields }, time: { zone: zone() } } satisfies TryRules["ruleset"];
    return {
      places: complete.map(({ index }) => index),
      body: { ruleset, facts: { ...facts(), event: "chat" as const } },
    };
  });
  const answer = useLoaded(async () => {
    const { places, body } = asked.value;
    const none = { fields: [], fieldsUnchecked: null };
    const { fields, fieldsUnchecked } =
      places.length === 0 ? none : await call<TriedRulesAnswer>("POST", "/rules/try", body);
    return { places, fields, fieldsUnchecked };
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  onMounted(() => void answer.load());
  watch(
    () => JSON.stringify(asked.value),
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void answer.load(), PAUSE_MS);
    },
  );
  onBeforeUnmount(() => clearTimeout(timer));

  return {
    at(index) {
      const place = answer.value.value?.places.indexOf(index) ?? -1;
      const found = answer.value.value?.fields[place];
      if (!found || !asked.value.places.includes(index)) return undefined;
      if (found.problem !== null) return { text: undefined, problem: found.problem };
      return { text: found.value ?? t("fields.empty"), problem: undefined };
    },
    trouble: computed(() => {
      const why = answer.value.value?.fieldsUnchecked;
      if (answer.error.value !== undefined) return t("titles.noPreview", { why: answer.error.value });
      return why === null || why === undefined ? undefined : t("fields.unchecked", { why });
    }),
  };
}
