import { computed, type InjectionKey, inject, provide, reactive, ref, shallowRef } from "vue";
import type { OwnLineAnswer, OwnLinePut } from "../../../src/api/own-line.ts";
import { ApiError, call } from "../../shared/api.ts";
import { sentenceOf } from "../../shared/loaded.ts";
import { type Problem, problemsOf } from "./checks.ts";
import type { Draft } from "./draft.ts";
import { t } from "./words.ts";

const copy = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

/** What is saved: the settings alone. */
function settingsOf({ changedAt: _at, people: _names, ...settings }: OwnLineAnswer): Draft {
  return copy(settings);
}

/**
 * The settings of one account that works without an open line, as they are shown, changed and saved. What is not saved stays in
 * this window. Saved by somebody else meanwhile: the person chooses between theirs and the own ones.
 */
export function createOwnLineEditor(account: string, first: OwnLineAnswer) {
  const kept = shallowRef(first);
  const draft = reactive<Draft>(settingsOf(first));
  const names = reactive<Record<string, string>>({});
  /** Parts in which something stands that is no value, and so is not in the draft. */
  const unusable = reactive(new Set<string>());
  const conflict = ref(false);
  const saved = ref(false);
  const busy = ref(false);
  const failure = ref<string>();
  learn(first);

  const dirty = computed(() => unusable.size > 0 || JSON.stringify(draft) !== JSON.stringify(settingsOf(kept.value)));
  const problems = computed<readonly Problem[]>(() => problemsOf(draft));

  function learn({ people }: OwnLineAnswer): void {
    for (const { id, name } of people) names[id] = name;
  }

  function take(settings: Draft): void {
    Object.assign(draft, copy(settings));
    unusable.clear();
    saved.value = false;
  }

  async function doing(work: () => Promise<void>): Promise<void> {
    busy.value = true;
    failure.value = undefined;
    try {
      await work();
    } catch (thrown) {
      conflict.value = thrown instanceof ApiError && thrown.code === "own_line_changed";
      if (!conflict.value) failure.value = sentenceOf(thrown);
    } finally {
      busy.value = false;
    }
  }

  async function send(base: { readonly base?: string | null }): Promise<void> {
    const body: OwnLinePut = { ...copy(draft), ...base };
    const answer = await call<OwnLineAnswer>("PUT", `/accounts/${account}/own-line`, body);
    kept.value = answer;
    learn(answer);
    take(settingsOf(answer));
    conflict.value = false;
    saved.value = true;
  }

  return {
    account,
    draft,
    names,
    unusable,
    dirty,
    problems,
    conflict,
    saved,
    busy,
    failure,
    /** What is wrong there, in words. */
    errorAt: (at: Problem["at"]) => {
      const says = problems.value.find((problem) => problem.at === at)?.says;
      return says && t(says);
    },
    discard: () => {
      failure.value = undefined;
      take(settingsOf(kept.value));
    },
    save: () => doing(() => send({ base: kept.value.changedAt })),
    /** Over what somebody else saved. */
    saveMine: () => doing(() => send({})),
    takeTheirs: () =>
      doing(async () => {
        const now = await call<OwnLineAnswer>("GET", `/accounts/${account}/own-line`);
        kept.value = now;
        learn(now);
        take(settingsOf(now));
        conflict.value = false;
      }),
    /** All of another account's settings, not saved yet; whether it is on stays as it is. */
    copyFrom: (other: string) =>
      doing(async () => {
        const theirs = await call<OwnLineAnswer>("GET", `/accounts/${other}/own-line`);
        learn(theirs);
        take({ ...settingsOf(theirs), enabled: draft.enabled });
      }),
  };
}

export type OwnLineEditor = ReturnType<typeof createOwnLineEditor>;

const KEY: InjectionKey<OwnLineEditor> = Symbol("own line");

export function provideOwnLineEditor(editor: OwnLineEditor): OwnLineEditor {
  provide(KEY, editor);
  return editor;
}

export function useOwnLineEditor(): OwnLineEditor {
  const editor = inject(KEY);
  if (!editor) throw new Error("The settings of an account without a line are edited inside their page.");
  return editor;
}
