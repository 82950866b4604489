import type { VisitorMessage, WidgetConfig } from "../../src/api/webchat.ts";
import type { Api } from "./api.ts";
import { createAttention } from "./attention.ts";
import { acceptDrops, createComposer } from "./composer.ts";
import { createConversation, type Entry } from "./conversation.ts";
import { createLive } from "./live.ts";
import { createLogView } from "./log-view.ts";
import { createOutbox } from "./outbox.ts";
import { createReceipts } from "./receipts.ts";
import { createShell, followKeyboard } from "./shell.ts";
import type { Storage } from "./storage.ts";
import style from "./style.css?inline";
import { chooseLanguage, textsFor } from "./texts.ts";
import { paint } from "./theme.ts";

export interface WidgetOptions {
  readonly api: Api;
  readonly storage: Storage;
  readonly config: WidgetConfig;
  readonly language: string | undefined;
  readonly sound: boolean;
  readonly blink: boolean;
  readonly emit: (event: WidgetEvent, detail?: unknown) => void;
}

export type WidgetEvent = "open" | "close" | "message" | "unread";

export interface Widget {
  readonly host: HTMLElement;
  open(): void;
  close(): void;
  destroy(): void;
}

/** How long one notice of an agent's typing is shown. */
const TYPING_SHOWN_MS = 6_000;
const TYPING_SENT_EVERY_MS = 4_000;

/** Puts the parts together: what happens in one goes through here to the others. */
export function createWidget(options: WidgetOptions): Widget {
  const { api, storage, config } = options;
  const language = chooseLanguage([options.language, config.language, ...navigator.languages]);
  const texts = textsFor(language);
  const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
  const greeting = config.greeting === "" ? texts.greeting : config.greeting;
  const attention = createAttention(options, texts.newMessage);

  const host = document.createElement("threadline-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  paint(host, config.color);
  host.lang = language;
  host.classList.toggle("left", config.left);

  const conversation = createConversation();
  const outbox = createOutbox({
    api,
    conversation,
    storage,
    texts: () => texts,
    fileLimit: () => config.fileLimit,
    ready: ensureVisitor,
    changed: draw,
    stored: (message) => message && take([message], false),
  });
  const log = createLogView(texts, locale, {
    retry: outbox.retry,
    discard: outbox.discard,
    reply: (entry) =>
      entry.id !== undefined && composer.replyTo({ id: entry.id, text: entry.text || (entry.files[0]?.name ?? "") }),
    fileUrl: api.fileUrl,
  });
  let typingSentAt = 0;
  const composer = createComposer(texts, config.textLimit, config.privacy, {
    send(text, quote) {
      outbox.text(text, quote);
      log.toEnd();
      typingSentAt = 0;
    },
    file(file) {
      outbox.file(file);
      log.toEnd();
    },
    typing() {
      if (Date.now() - typingSentAt < TYPING_SENT_EVERY_MS || conversation.bounds() === undefined) return;
      typingSentAt = Date.now();
      api.typing();
    },
  });
  const shell = createShell(texts, config.title === "" ? texts.title : config.title, log.element, composer.element, {
    toggle: () => (isOpen ? close() : open()),
    close,
    jump: () => log.toEnd(),
  });
  shadow.append(shell.root);
  acceptDrops(shell.panel, shell.dropOverlay, outbox.file);
  const stopFollowing = followKeyboard(host);

  let isOpen = false;
  let hasOlder = false;
  let isLoadingOlder = false;
  let unread = -1;
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  let returnFocusTo: HTMLElement | undefined;
  let becoming: Promise<boolean> | undefined;

  const receipts = createReceipts(api, storage, () => isOpen && !document.hidden && log.isAtEnd());
  const live = createLive(api, {
    messages: take,
    typing: () => showTyping(true),
    status: setStatus,
    more: (more) => {
      hasOlder = more;
    },
    refused: destroy,
    forgotten() {
      // The token ran out or its key changed: a new visitor, and what the page shows is all that is left.
      live.stop();
      api.token = undefined;
      storage.change({ token: undefined });
      void ensureVisitor().then((isReady) => isReady && live.start());
    },
  });

  function setStatus(status: "connecting" | "live" | "lost") {
    shell.setStatus(status === "lost" ? texts.offline : texts.subtitle, status === "lost");
    if (status === "live") outbox.resume();
  }

  function showTyping(isTyping: boolean) {
    clearTimeout(typingTimer);
    log.showTyping(isTyping);
    if (isTyping) typingTimer = setTimeout(() => showTyping(false), TYPING_SHOWN_MS);
  }

  function take(messages: readonly VisitorMessage[], isHistory: boolean) {
    const wasAtEnd = log.isAtEnd();
    const news = conversation.apply(messages);
    if (news.length > 0 && !isHistory) showTyping(false);
    draw();
    if (isHistory && isOpen) log.toEnd();
    if (!isHistory) for (const entry of news) announceNews(entry, wasAtEnd);
    look();
  }

  function announceNews(entry: Entry, wasAtEnd: boolean) {
    options.emit("message", { text: entry.text, at: new Date(entry.at).toISOString() });
    if (isOpen && !wasAtEnd) shell.showJump(true);
    if (!isOpen) shell.announce(`${texts.newMessage}: ${entry.text || (entry.files[0]?.name ?? "")}`);
    if (!isOpen || document.hidden) attention.call();
  }

  function draw() {
    log.draw(conversation.entries(), greeting);
    const count = conversation.unread(storage.load().read ?? 0);
    if (count === unread) return;
    unread = count;
    shell.setUnread(count);
    options.emit("unread", count);
  }

  /** The visitor may be seeing the end of the conversation: that makes it read. */
  function look() {
    if (isOpen && log.isAtEnd()) shell.showJump(false);
    receipts.update(conversation.entries());
    draw();
  }

  async function loadOlder() {
    const { bottom } = conversation.bounds() ?? {};
    if (!hasOlder || isLoadingOlder || bottom === undefined) return;
    isLoadingOlder = true;
    const page = await api.history({ before: bottom });
    isLoadingOlder = false;
    if (page.kind !== "ok") return;
    hasOlder = page.value.more;
    take(page.value.messages, false);
  }

  /** Nobody gets an id before they open the chat. Two tabs share one: the first one's token is taken over. */
  function ensureVisitor(): Promise<boolean> {
    api.token ??= storage.load().token;
    if (api.token !== undefined) return Promise.resolve(true);
    becoming ??= api.session(true).then((answer) => {
      becoming = undefined;
      if (answer.kind !== "ok" || answer.value.token === undefined) return false;
      api.token = storage.load().token ?? answer.value.token;
      storage.change({ token: api.token });
      live.start();
      return true;
    });
    return becoming;
  }

  function open() {
    if (isOpen) return;
    isOpen = true;
    const active = document.activeElement;
    returnFocusTo =
      active instanceof HTMLElement && active !== document.body && active !== host ? active : shell.launcher;
    shell.setOpen(true);
    attention.calm();
    shell.announce("");
    draw();
    log.toEnd();
    composer.focus();
    options.emit("open");
    look();
    live.hurry();
    void ensureVisitor().then((isReady) => {
      if (isReady) live.start();
      else setStatus("lost");
    });
  }

  function close() {
    if (!isOpen) return;
    isOpen = false;
    shell.setOpen(false);
    shell.setUnread(Math.max(0, unread));
    if (returnFocusTo?.isConnected) returnFocusTo.focus();
    else shell.launcher.focus();
    options.emit("close");
  }

  function destroy() {
    live.stop();
    stopFollowing();
    attention.calm();
    for (const [target, event, listener] of listeners) target.removeEventListener(event, listener);
    host.remove();
  }

  const listeners: readonly (readonly [EventTarget, string, EventListener])[] = [
    [
      shadow,
      "keydown",
      (event) => {
        if (!(event instanceof KeyboardEvent) || event.key !== "Escape" || event.isComposing || !isOpen) return;
        event.stopPropagation();
        close();
      },
    ],
    [
      log.element,
      "scroll",
      () => {
        if (log.element.scrollTop < 60) void loadOlder();
        look();
      },
    ],
    [
      document,
      "visibilitychange",
      () => {
        if (document.hidden) return;
        attention.calm();
        live.hurry();
        look();
      },
    ],
    // The browser knows at once; a dead line would show itself only by its silence.
    [
      window,
      "offline",
      () => {
        live.stop();
        setStatus("lost");
      },
    ],
    [window, "online", () => api.token !== undefined && live.start()],
    [window, "pagehide", () => live.stop()],
    // A page that comes back from the browser's back-forward cache is alive again.
    [window, "pageshow", () => api.token !== undefined && live.start()],
    // Another tab became a visitor: be the same one.
    [
      window,
      "storage",
      () => {
        if (api.token !== undefined || storage.load().token === undefined) return;
        void ensureVisitor().then(() => live.start());
      },
    ],
  ];
  for (const [target, event, listener] of listeners) target.addEventListener(event, listener);

  draw();
  if (api.token !== undefined) live.start();
  return { host, open, close, destroy };
}
