/** A page of the app inside the portal: a frame loaded by a form's POST, under the window name that its SDK reads. */
import { nextTick, ref } from "vue";
import { hear } from "./frames.js";
import { ask, store } from "./store.js";

export const AppFrame = {
  props: { target: { type: Object, required: true }, label: { type: String, default: "Application" } },
  emits: ["close", "installed", "title"],
  setup(props, { emit }) {
    const opening = ref(null);
    const problem = ref("");
    const loaded = ref(false);
    const height = ref(0);
    const frame = ref(null);
    const form = ref(null);
    const holder = ref(null);
    let stopHearing = () => undefined;
    let submitted = false;

    async function open() {
      stopHearing();
      opening.value = null;
      problem.value = "";
      loaded.value = false;
      submitted = false;
      await nextTick();
      const { userId } = store;
      try {
        opening.value = await ask("frames", { userId, target: props.target });
      } catch (error) {
        problem.value = error instanceof Error ? error.message : String(error);
        return;
      }
      await nextTick();
      // The person may have gone on meanwhile.
      if (!frame.value || !form.value) return;
      stopHearing = hear(frame.value.contentWindow, {
        opening: opening.value,
        userId,
        close: () => emit("close"),
        installed: () => emit("installed"),
        title: (text) => emit("title", text),
        resize: (pixels) => {
          height.value = Number.isFinite(pixels) ? Math.min(Math.max(pixels, 0), 20_000) : 0;
        },
        scroll: (top) => holder.value?.scrollTo({ top }),
        reload: () => open(),
      });
      submitted = true;
      form.value.submit();
    }

    /** An empty frame reports itself as loaded too. */
    function onLoad() {
      if (submitted) loaded.value = true;
    }

    return { opening, problem, loaded, height, frame, form, holder, open, onLoad, stop: () => stopHearing() };
  },
  mounted() {
    this.open();
  },
  unmounted() {
    this.stop();
  },
  template: `
    <div class="app-frame" ref="holder">
      <p v-if="problem" class="app-frame-problem">{{ problem }}</p>
      <div v-else-if="!loaded" class="app-frame-wait" aria-label="Loading"><span></span><span></span><span></span></div>
      <template v-if="opening">
        <iframe ref="frame" :name="opening.name" :title="label" allow="clipboard-write" @load="onLoad"
          :style="height > 0 ? { height: 'max(100%, ' + height + 'px)' } : {}"></iframe>
        <form ref="form" hidden method="post" :action="opening.url" :target="opening.name">
          <input v-for="(value, name) in opening.fields" :key="name" type="hidden" :name="name" :value="value">
        </form>
      </template>
    </div>`,
};
