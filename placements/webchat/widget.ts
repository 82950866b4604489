import type { VisitorMessage, WidgetConfig } from "../../src/api/webchat.ts";
import type { Api } from "./api.ts";
import { createAttention } from "./attention.ts";
import { acceptDrops, createComposer } from "./composer.ts";
import { createContactForm } from "./contact-form.ts";
import { createConversation, type Entry } from "./conversation.ts";
import { h } from "./dom.ts";
import { createDrafts } from "./drafts.ts";
import { createLive } from "./live.ts";
import { createLogView } from "./log-view.ts";
import { createOutbox } from "./outbox.ts";
import { createRatingBar } from "./rating-bar.ts";
import { createReceipts } from "./receipts.ts";
import { createShell, followKeyboard } from "./shell.ts";
import type { Storage } from "./storage.ts";
import style from "./style.css?inline";
import { createTeaser } from "./teaser.ts";
import { chooseLanguage, directionOf, type Texts, textsFor } from "./texts.ts";
import { dress } from "./theme.ts";
import { createVisit } from "./visit.ts";

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

/** Puts the parts together: what happens in one goes through here to the others. */
export function createWidget(options: WidgetOptions): Widget {
  const { api, storage, config } = options;
  const language = chooseLanguage([options.language, config.language, ...navigator.languages]);
  const texts = textsFor(language);
  const locale = navigator.languages.find((wish) => wish.startsWith(language)) ?? language;
  const presence = presenceWords(texts, config, locale);
  const greeting = config.greeting === "" ? texts.greeting : config.greeting;
  const attention = createAttention(options, texts.newMessage);

  const host = document.createElement("threadline-chat");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  dress(host, config);
  host.lang = language;
  host.dir = directionOf(language);

  const visit = createVisit(storage);
  const conversation = createConversation();
  const outbox = createOutbox({
    api,
    conversation,
    storage,
    texts: () => texts,
    fileLimit: () => config.fileLimit,
    ready: ensureVisitor,
    changed: draw,
    details() {
      const news = visit.news();
      const { details } = storage.load();
      return news || details ? { ...details, ...(news && { visit: news }) } : undefined;
    },
    taken(details) {
      if (details.visit) visit.told(details.visit);
      storage.change({ details: undefined });
    },
    needed() {
      storage.change({ details: undefined });
      showFooter();
    },
    stored: (message) => message && take([message], false),
  });
  const log = createLogView(texts, locale, {
    retry: outbox.retry,
    discard: outbox.discard,
    reply: (entry) =>
      entry.id !== undefined && composer.replyTo({ id: entry.id, text: entry.text || (entry.files[0]?.name ?? "") }),
    fileUrl: api.fileUrl,
  });
  const drafts = createDrafts(api, config.livePreview, () => conversation.bounds() !== undefined);
  const note = [config.privacy, config.livePreview ? texts.livePreview : ""].filter((part) => part !== "").join(" ");
  const composer = createComposer(texts, config.textLimit, note, {
    send(text, quote) {
      write(text, quote);
      drafts.sent();
    },
    file(file) {
      rating.drop();
      outbox.file(file);
      log.toEnd();
    },
    typing: drafts.typed,
  });
  const rating = createRatingBar(texts, async (session, value) => (await api.rate(session, value)).kind !== "later");
  const footer = h("div", {}, rating.element, composer.element);
  const form =
    config.form &&
    createContactForm(texts, config, {
      async check(details) {
        const answer = (await ensureVisitor()) ? await api.check(details) : ({ kind: "later" } as const);
        if (answer.kind === "refused" && answer.fields) return { kind: "wrong", fields: answer.fields };
        return answer.kind === "ok" ? answer : { kind: "later" };
      },
      done(details, text) {
        storage.change({ details });
        if (text !== "") write(text, undefined);
        showFooter();
        outbox.resume();
        composer.focus();
      },
    });
  const shell = createShell(texts, config.title === "" ? texts.title : config.title, log.element, config, {
    toggle: () => (isOpen ? close() : open()),
    close,
    jump: () => log.toEnd(),
  });
  const teaser = createTeaser(texts, greeting, {
    open: () => open(),
    dismissed: () => storage.change({ isGreeted: true }),
  });
  shell.root.append(teaser.element);
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
    rating: rating.ask,
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

  /** The input, or for a new visitor the form that comes before it. */
  function showFooter() {
    const isNew = conversation.entries().length === 0 && storage.load().details === undefined;
    const isAsked = form !== undefined && isNew;
    // "How can we help?" and "nobody is here" do not go together.
    log.setForm(isAsked ? form.element : undefined, !isAsked || config.form?.when !== "offline");
    footer.hidden = isAsked;
  }

  function write(text: string, quote: { readonly id: string; readonly text: string } | undefined) {
    rating.drop();
    outbox.text(text, quote);
    log.toEnd();
  }

  function setStatus(status: "connecting" | "live" | "lost") {
    shell.setStatus(status === "lost" ? texts.offline : presence, status === "lost");
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
    if (form) showFooter();
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
    teaser.hide();
    draw();
    log.toEnd();
    if (form?.element.isConnected) form.focus();
    else composer.focus();
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
    teaser.hide();
    drafts.stop();
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

  shell.setFooter(footer);
  shell.setStatus(presence, false);
  draw();
  if (config.greetingDelay > 0 && !storage.load().isGreeted) teaser.showAfter(config.greetingDelay * 1_000);
  if (api.token !== undefined) live.start();
  return { host, open, close, destroy };
}

/** Under the title: that people answer here, or when they are back, by the visitor's own clock. */
function presenceWords(texts: Texts, { away }: WidgetConfig, locale: string): string {
  if (!away) return texts.subtitle;
  if (away.opensAt === undefined) return texts.closed;
  const time = new Date(away.opensAt).toLocaleString(locale, { weekday: "long", hour: "2-digit", minute: "2-digit" });
  return texts.backAt(time);
}
