import { type BubbleActions, bubblePrint, renderBubble } from "./bubble.ts";
import type { Entry } from "./conversation.ts";
import { h } from "./dom.ts";
import type { Texts } from "./texts.ts";

export interface LogView {
  readonly element: HTMLElement;
  draw(entries: readonly Entry[], greeting: string): void;
  showTyping(isTyping: boolean): void;
  /** A form before the first of the messages; with the greeting above it, or in its place. */
  setForm(form: HTMLElement | undefined, isGreeted: boolean): void;
  isAtEnd(): boolean;
  toEnd(): void;
  focus(): void;
}

interface Drawn {
  readonly print: string;
  readonly element: HTMLElement;
}

/** Within this, messages of one side stand together under one time. */
const RUN_MS = 5 * 60_000;
const NEAR_END_PX = 80;

/** The list of messages: draws again only what changed, and keeps the reader's place. */
export function createLogView(texts: Texts, locale: string, actions: BubbleActions): LogView {
  const greetingRow = h("div", { class: "row team first last greeting" });
  const typing = h(
    "div",
    { class: "row team typing", hidden: true, "aria-label": texts.typing, role: "img" },
    h("div", { class: "bubble" }, h("i"), h("i"), h("i")),
  );
  const list = h("div", { class: "list", role: "log", "aria-live": "off", "aria-label": texts.log });
  const formPlace = h("div", { class: "form-place" });
  const element = h(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": texts.log },
    greetingRow,
    list,
    typing,
    formPlace,
  );
  let drawn = new Map<string, Drawn>();

  const isAtEnd = () => element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
  const toEnd = () => {
    element.scrollTop = element.scrollHeight;
  };
  // A picture that loads later makes its bubble grow: who stood at the end stays there.
  let wasAtEnd = true;
  element.addEventListener("scroll", () => {
    wasAtEnd = isAtEnd();
  });
  list.addEventListener("load", () => wasAtEnd && toEnd(), true);

  function drawRows(entries: readonly Entry[]): void {
    const next = new Map<string, Drawn>();
    const wanted: HTMLElement[] = [];
    const put = (key: string, print: string, make: () => HTMLElement) => {
      const known = drawn.get(key);
      const item = known?.print === print ? known : { print, element: make() };
      next.set(key, item);
      wanted.push(item.element);
    };
    entries.forEach((entry, index) => {
      const before = entries[index - 1];
      const after = entries[index + 1];
      const day = dayName(entry.at, texts, locale);
      if (!before || dayName(before.at, texts, locale) !== day)
        put(`day ${new Date(entry.at).toDateString()}`, day, () => h("div", { class: "day" }, h("span", {}, day)));
      const place = { isFirst: !isRun(before, entry), isLast: !isRun(entry, after) };
      put(entry.key, bubblePrint(entry, place), () => renderBubble(entry, place, texts, locale, actions));
    });
    place(wanted);
    drawn = next;
  }

  /** Moves as little as possible: a moved node would be read out again. */
  function place(wanted: readonly HTMLElement[]): void {
    const keep = new Set<Node>(wanted);
    const focused = (element.getRootNode() as ShadowRoot).activeElement
      ?.closest("[data-key]")
      ?.getAttribute("data-key");
    for (const node of [...list.childNodes]) if (!keep.has(node)) node.remove();
    let at: ChildNode | null = list.firstChild;
    for (const node of wanted) {
      if (at === node) at = at.nextSibling;
      else list.insertBefore(node, at);
    }
    if (focused && !(element.getRootNode() as ShadowRoot).activeElement) element.focus({ preventScroll: true });
  }

  return {
    element,
    isAtEnd,
    toEnd,
    draw(entries, greeting) {
      const stays = isAtEnd();
      const fromBottom = element.scrollHeight - element.scrollTop;
      const isOlder = entries[0] !== undefined && drawn.size > 0 && !drawn.has(entries[0].key);
      if (greetingRow.textContent !== greeting)
        greetingRow.replaceChildren(
          h(
            "div",
            { class: "line" },
            h("div", { class: "bubble" }, h("div", { class: "text", dir: "auto" }, greeting)),
          ),
        );
      drawRows(entries);
      if (stays) toEnd();
      else if (isOlder) element.scrollTop = element.scrollHeight - fromBottom;
      // History is not news: only what comes after the first drawing is read out.
      if (list.getAttribute("aria-live") === "off")
        requestAnimationFrame(() => list.setAttribute("aria-live", "polite"));
    },
    setForm(form, isGreeted) {
      // Put in again, even in the same place, it would lose the focus under the visitor's hands.
      if (formPlace.firstChild === (form ?? null)) return;
      formPlace.replaceChildren(...(form ? [form] : []));
      greetingRow.hidden = !isGreeted;
      // A form is read from its beginning, also where it is taller than the window.
      if (form) element.scrollTop = 0;
    },
    showTyping(isTyping) {
      const stays = isAtEnd();
      typing.hidden = !isTyping;
      if (stays) toEnd();
    },
    focus: () => element.focus({ preventScroll: true }),
  };
}

const isRun = (a: Entry | undefined, b: Entry | undefined) =>
  a !== undefined &&
  b !== undefined &&
  a.from === b.from &&
  b.at - a.at < RUN_MS &&
  new Date(a.at).toDateString() === new Date(b.at).toDateString();

function dayName(at: number, texts: Texts, locale: string): string {
  const day = new Date(at);
  const now = new Date();
  if (day.toDateString() === now.toDateString()) return texts.today;
  now.setDate(now.getDate() - 1);
  if (day.toDateString() === now.toDateString()) return texts.yesterday;
  const isThisYear = day.getFullYear() === new Date().getFullYear();
  return day.toLocaleDateString(locale, { day: "numeric", month: "long", ...(!isThisYear && { year: "numeric" }) });
}
