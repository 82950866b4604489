import { onBeforeUnmount, onMounted } from "vue";
import type { ConversationAnswer } from "../../src/api/messages.ts";
import { hearLive } from "./live-stream.ts";

/** What happens in a conversation, as it happens. */
export interface Live {
  /** Hears events of that name; for as long as the page is there. */
  on(event: "news" | "state" | "typing" | "present", heard: (data: unknown) => void): void;
  /** Hears that the line broke or was let go: what was live may be long gone. */
  onBreak(heard: () => void): void;
}

/**
 * What happens in one conversation, while it is open on the page, through the page's one stream. Begins with how it stands and
 * with news, so a page that comes back asks anew by itself.
 */
export function useLive(conversation: string): Live {
  const listeners = new Map<string, ((data: unknown) => void)[]>();
  const broken: (() => void)[] = [];
  const tell = (event: string, data: unknown) => {
    for (const heard of listeners.get(event) ?? []) heard(data);
  };
  whileMounted(() =>
    hearLive({
      conversation,
      news: () => tell("news", {}),
      typing: (text) => tell("typing", { text }),
      present: (people) => tell("present", people),
      stands: (row) => tell("state", row),
      broken: () => {
        for (const heard of broken) heard();
      },
    }),
  );
  return {
    on: (event, heard) => void listeners.set(event, [...(listeners.get(event) ?? []), heard]),
    onBreak: (heard) => void broken.push(heard),
  };
}

/**
 * How every conversation stands that the viewer may read, whenever that changes; and when all of it must be asked anew: once
 * the stream is open, or cannot be.
 */
export function useLiveDesk(heard: { stands(conversation: ConversationAnswer): void; reload(): void }): void {
  whileMounted(() => hearLive({ ...heard }));
}

function whileMounted(begin: () => () => void): void {
  let stop: (() => void) | undefined;
  onMounted(() => {
    stop = begin();
  });
  onBeforeUnmount(() => stop?.());
}
