import { h, icon } from "./dom.ts";
import type { Texts } from "./texts.ts";

export interface ComposerEvents {
  send(text: string, quote: ReplyTo | undefined): void;
  file(file: File): void;
  /** The text as it stands; empty when it was sent or taken back. */
  typing(text: string): void;
}

export interface ReplyTo {
  readonly id: string;
  readonly text: string;
}

export interface Composer {
  readonly element: HTMLElement;
  focus(): void;
  replyTo(quote: ReplyTo | undefined): void;
}

const MAX_FILES_AT_ONCE = 10;

/** The input: Enter sends, Shift+Enter breaks the line; files by button, paste or drop. */
export function createComposer(texts: Texts, limit: number, privacy: string, events: ComposerEvents): Composer {
  let quote: ReplyTo | undefined;
  const input = h("textarea", {
    rows: "1",
    placeholder: texts.input,
    "aria-label": texts.input,
    dir: "auto",
    enterkeyhint: "send",
  });
  const send = h(
    "button",
    { type: "submit", class: "send", "aria-label": texts.send, title: texts.send },
    icon("send"),
  );
  const picker = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
  const attach = h(
    "button",
    {
      type: "button",
      class: "icon-button attach",
      "aria-label": texts.attach,
      title: texts.attach,
      onClick: () => picker.click(),
    },
    icon("clip"),
  );
  const over = h("div", { class: "over", role: "status" });
  const reply = h("div", { class: "replying", hidden: true });

  const resize = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 132)}px`;
    const length = input.value.trim().length;
    over.textContent = length > limit ? texts.tooLong(length - limit) : "";
    send.disabled = length === 0 || length > limit;
  };
  const setQuote = (next: ReplyTo | undefined) => {
    quote = next;
    reply.hidden = next === undefined;
    if (!next) return reply.replaceChildren();
    const cancel = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": texts.cancelReply,
        title: texts.cancelReply,
        onClick: () => setQuote(undefined),
      },
      icon("close"),
    );
    reply.replaceChildren(h("div", {}, h("b", {}, texts.replyingTo), h("span", { dir: "auto" }, next.text)), cancel);
  };
  const submit = () => {
    const text = input.value.trim();
    if (text === "" || text.length > limit) return;
    events.send(text, quote);
    input.value = "";
    setQuote(undefined);
    resize();
  };
  const take = (files: Iterable<File>) => {
    for (const file of [...files].slice(0, MAX_FILES_AT_ONCE)) events.file(file);
  };

  input.addEventListener("input", () => {
    resize();
    events.typing(input.value);
  });
  input.addEventListener("keydown", (event) => {
    // While a word is being composed (Japanese, say), Enter ends the word and not the message.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  input.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    if (!files || files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  picker.addEventListener("change", () => {
    take(picker.files ?? []);
    picker.value = "";
  });

  const form = h("form", { class: "composer" }, picker, attach, input, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
    input.focus();
  });
  resize();
  const element = h(
    "div",
    { class: "footer" },
    reply,
    form,
    over,
    privacy !== "" && h("p", { class: "privacy", dir: "auto" }, privacy),
  );
  return {
    element,
    focus: () => input.focus({ preventScroll: true }),
    replyTo(next) {
      setQuote(next);
      input.focus();
    },
  };
}

/** Lets files be dropped anywhere on the panel. */
export function acceptDrops(panel: HTMLElement, overlay: HTMLElement, take: (file: File) => void): void {
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  panel.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    overlay.hidden = false;
  });
  panel.addEventListener("dragleave", (event) => {
    if (!(event.relatedTarget instanceof Node) || !panel.contains(event.relatedTarget)) overlay.hidden = true;
  });
  panel.addEventListener("drop", (event) => {
    overlay.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    for (const file of [...(event.dataTransfer?.files ?? [])].slice(0, MAX_FILES_AT_ONCE)) take(file);
  });
}
