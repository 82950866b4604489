import { type Component, type Ref, ref, shallowRef } from "vue";

/** A part of the page that is loaded when it is first wanted. */
export interface LazyPart {
  readonly part: Readonly<Ref<Component | undefined>>;
  readonly loading: Readonly<Ref<boolean>>;
  /** Again after a break of the network: it is tried anew. */
  open(): Promise<void>;
}

export function useLazyPart(load: () => Promise<{ readonly default: Component }>): LazyPart {
  const part = shallowRef<Component>();
  const loading = ref(false);
  return {
    part,
    loading,
    async open() {
      loading.value = true;
      try {
        part.value = (await load()).default;
      } finally {
        loading.value = false;
      }
    },
  };
}
