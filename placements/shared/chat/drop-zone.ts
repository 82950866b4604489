import { type Ref, ref } from "vue";

export interface DropZone {
  /** Files are held over it. */
  readonly isOver: Readonly<Ref<boolean>>;
  readonly listeners: Readonly<Record<"dragenter" | "dragover" | "dragleave" | "drop", (event: DragEvent) => void>>;
}

/**
 * Takes files that are dropped onto a part of the page. Texts and links go where they always go.
 * @param wanted whether files are taken just now
 */
export function useDropZone(wanted: () => boolean, dropped: (files: readonly File[]) => void): DropZone {
  const isOver = ref(false);
  // Every element inside is entered and left as well.
  let depth = 0;
  const isFiles = (event: DragEvent) => wanted() && event.dataTransfer?.types.includes("Files") === true;

  function end(): void {
    depth = 0;
    isOver.value = false;
  }

  return {
    isOver,
    listeners: {
      dragenter(event) {
        if (!isFiles(event)) return;
        event.preventDefault();
        depth += 1;
        isOver.value = true;
      },
      dragover(event) {
        if (isFiles(event)) event.preventDefault();
      },
      dragleave(event) {
        if (!isFiles(event)) return;
        depth -= 1;
        if (depth <= 0) end();
      },
      drop(event) {
        if (!isFiles(event)) return;
        event.preventDefault();
        end();
        dropped([...(event.dataTransfer?.files ?? [])]);
      },
    },
  };
}
