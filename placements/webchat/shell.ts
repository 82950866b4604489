import { h, type IconName, icon } from "./dom.ts";
import type { Texts } from "./texts.ts";

export interface Shell {
  readonly root: HTMLElement;
  readonly panel: HTMLElement;
  readonly launcher: HTMLButtonElement;
  readonly dropOverlay: HTMLElement;
  setOpen(isOpen: boolean): void;
  setUnread(count: number): void;
  /** What stands below the log: the input, or a form in its place. */
  setFooter(footer: HTMLElement): void;
  setStatus(words: string, isTrouble: boolean): void;
  showJump(isShown: boolean): void;
  /** For screen readers, while the panel is closed. */
  announce(words: string): void;
}

export interface ShellEvents {
  toggle(): void;
  close(): void;
  jump(): void;
}

/** Launcher and dialog frame: no content, no state of its own beyond what is shown. */
export function createShell(
  texts: Texts,
  title: string,
  log: HTMLElement,
  looks: { readonly icon: IconName; readonly label: string },
  events: ShellEvents,
): Shell {
  const badge = h("span", { class: "count", hidden: true, "aria-hidden": "true" });
  const face = icon(looks.icon);
  face.classList.add("face");
  /** Whoever speaks to the page says what they see: the words on the launcher stand in its name. */
  const named = (words: string) => (looks.label === "" ? words : `${looks.label}: ${words}`);
  const launcher = h(
    "button",
    {
      type: "button",
      class: looks.label === "" ? "launcher" : "launcher wide",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      "aria-label": named(texts.open),
      onClick: events.toggle,
    },
    h("span", { class: "faces" }, face, icon("down")),
    looks.label !== "" && h("span", { class: "label", dir: "auto" }, looks.label),
    badge,
  );
  const status = h("span", { class: "status", role: "status" }, texts.subtitle);
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": texts.close, title: texts.close, onClick: events.close },
    icon("close"),
  );
  const heading = h("h2", { id: "title" }, h("bdi", {}, title));
  const mark = h("span", { class: "mark", "aria-hidden": "true" }, icon("chat"));
  const header = h("header", {}, mark, h("div", { class: "names" }, heading, status), close);
  const jump = h(
    "button",
    { type: "button", class: "jump", hidden: true, onClick: events.jump },
    icon("down"),
    texts.newMessages,
  );
  const dropOverlay = h(
    "div",
    { class: "drop", hidden: true, "aria-hidden": "true" },
    h("span", {}, icon("clip"), texts.drop),
  );
  const footer = h("div", { class: "below" });
  const panel = h(
    "div",
    { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", hidden: true, tabindex: "-1" },
    header,
    h("div", { class: "middle" }, log, jump),
    footer,
    dropOverlay,
  );
  const announcer = h("div", { class: "sr", "aria-live": "polite" });
  const root = h("div", { class: "threadline" }, panel, launcher, announcer);
  trapFocus(panel);

  return {
    root,
    panel,
    launcher,
    dropOverlay,
    setOpen(isOpen) {
      panel.hidden = !isOpen;
      root.classList.toggle("open", isOpen);
      launcher.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) launcher.setAttribute("aria-label", named(texts.close));
    },
    setUnread(count) {
      badge.hidden = count === 0;
      badge.textContent = count > 99 ? "99+" : String(count);
      if (panel.hidden) launcher.setAttribute("aria-label", named(count === 0 ? texts.open : texts.openUnread(count)));
    },
    setFooter: (content) => footer.replaceChildren(content),
    setStatus(words, isTrouble) {
      if (status.textContent !== words) status.textContent = words;
      header.classList.toggle("trouble", isTrouble);
    },
    showJump(isShown) {
      jump.hidden = !isShown;
    },
    announce(words) {
      announcer.textContent = words;
    },
  };
}

const FOCUSABLE =
  "a[href], button:not([disabled]), textarea, input:not([type='file']), audio[controls], video[controls], [tabindex='0']";

/** Tab goes round inside the dialog; Escape is its owner's business. */
function trapFocus(panel: HTMLElement): void {
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    const places = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((place) => place.offsetParent !== null);
    const first = places[0];
    const last = places.at(-1);
    const now = (panel.getRootNode() as ShadowRoot).activeElement;
    const isLeaving = event.shiftKey ? now === first || now === panel : now === last;
    if (!isLeaving) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
}

/**
 * On a phone the panel fills what the keyboard leaves free: the layout viewport stays as tall as ever, so its height and
 * place come from the visual one. Answers how to stop.
 */
export function followKeyboard(host: HTMLElement): () => void {
  const { visualViewport: viewport } = window;
  if (!viewport) return () => undefined;
  const follow = () => {
    host.style.setProperty("--visible-height", `${Math.round(viewport.height)}px`);
    host.style.setProperty("--visible-top", `${Math.round(viewport.offsetTop)}px`);
  };
  follow();
  viewport.addEventListener("resize", follow);
  viewport.addEventListener("scroll", follow);
  return () => {
    viewport.removeEventListener("resize", follow);
    viewport.removeEventListener("scroll", follow);
  };
}
