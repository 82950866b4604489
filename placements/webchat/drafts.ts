import type { Api } from "./api.ts";

export interface Drafts {
  typed(text: string): void;
  sent(): void;
  stop(): void;
}

const TYPING_EVERY_MS = 4_000;
const TEXT_EVERY_MS = 700;

/**
 * Tells that the visitor types, or (where the site has it so, and says so) what. At most one call in its time, the last
 * text always among them. Before there is a conversation nobody could be looking.
 */
export function createDrafts(api: Api, isSeen: boolean, mayTell: () => boolean): Drafts {
  let told = 0;
  let latest = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    if (mayTell()) api.typing(isSeen ? latest : undefined);
    told = Date.now();
  };
  return {
    typed(text) {
      latest = text;
      if (!isSeen) {
        if (text.trim() !== "" && Date.now() - told >= TYPING_EVERY_MS) tell();
        return;
      }
      timer ??= setTimeout(tell, Math.max(0, TEXT_EVERY_MS - (Date.now() - told)));
    },
    sent() {
      told = 0;
      if (!isSeen) return;
      clearTimeout(timer);
      latest = "";
      tell();
    },
    stop: () => clearTimeout(timer),
  };
}
