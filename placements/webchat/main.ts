import { createApi } from "./api.ts";
import { createStorage } from "./storage.ts";
import { chooseLanguage } from "./texts.ts";
import { createWidget, type Widget, type WidgetEvent } from "./widget.ts";

/**
 * `<script src="https://…/widget.js" data-account="<id>" async></script>`, and further, all optional:
 * `data-language="en|ru|es|ar"`, `data-sound="on"`, `data-title-blink="on"`.
 * What a page may do with it stands in `ThreadlineApi`.
 */
export interface ThreadlineApi {
  open(): void;
  close(): void;
  /** `open`, `close`, `message` ({text, at}), `unread` (count). Answers how to stop listening. */
  on(event: WidgetEvent, listener: (detail: unknown) => void): () => void;
}

interface Running extends ThreadlineApi {
  /** Puts the chat back after a page script threw the document's content away. */
  attach(): void;
}

declare global {
  interface Window {
    Threadline?: ThreadlineApi;
  }
}

const KEY = Symbol.for("threadline.webchat");
const MAX_PAUSE_MS = 60_000;

const shared = window as unknown as { [KEY]?: Running };
const tag = findTag();
// A second tag, or the same one inserted again by a single-page site: there is one chat.
if (shared[KEY]) shared[KEY].attach();
else if (tag) start(tag);

function findTag(): HTMLScriptElement | undefined {
  const own = document.currentScript;
  if (own instanceof HTMLScriptElement && own.dataset.account) return own;
  return document.querySelector<HTMLScriptElement>("script[data-account][src*='widget.js']") ?? undefined;
}

function start(script: HTMLScriptElement): void {
  const account = script.dataset.account ?? "";
  const listeners = new Map<WidgetEvent, Set<(detail: unknown) => void>>();
  const storage = createStorage(account);
  const language = script.dataset.language;
  const api = createApi(new URL(`webchat/${encodeURIComponent(account)}/`, script.src).href, () =>
    chooseLanguage([language, ...navigator.languages]),
  );
  let widget: Widget | undefined;
  let wish: "open" | "close" | undefined;

  const running: Running = {
    open() {
      wish = "open";
      widget?.open();
    },
    close() {
      wish = "close";
      widget?.close();
    },
    on(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener));
      return () => set.delete(listener);
    },
    attach() {
      if (widget && !widget.host.isConnected) document.body.append(widget.host);
    },
  };
  shared[KEY] = running;
  window.Threadline = running;
  api.token = storage.load().token;
  void appear(0);

  /** The chat shows itself when the server has said how; a server that is away just now is asked again. */
  async function appear(attempt: number): Promise<void> {
    const answer = await api.session(false);
    if (answer.kind === "later") {
      const pause = Math.min(MAX_PAUSE_MS, 2_000 * 2 ** attempt) * (0.5 + Math.random() / 2);
      setTimeout(() => void appear(attempt + 1), pause);
      return;
    }
    // Not this site, or no such chat: then there is nothing to show.
    if (answer.kind === "refused") return;
    // Closed and told not to be seen: but who has written before finds their conversation.
    if (answer.value.config.away?.isHidden && storage.load().token === undefined) return;
    api.token = answer.value.token;
    storage.change({ token: answer.value.token });
    widget = createWidget({
      api,
      storage,
      config: answer.value.config,
      language,
      sound: script.dataset.sound === "on",
      blink: script.dataset.titleBlink === "on",
      emit(event, detail) {
        for (const listener of [...(listeners.get(event) ?? [])]) listener(detail);
      },
    });
    document.body.append(widget.host);
    if (wish === "open") widget.open();
  }
}
