import type { VisitorFile } from "../../src/api/webchat.ts";
import type { Entry } from "./conversation.ts";
import { h, type IconName, icon } from "./dom.ts";
import { formatBytes } from "./outbox.ts";
import { renderRichText } from "./rich-text.ts";
import type { Texts } from "./texts.ts";

export interface BubbleActions {
  readonly retry: (key: string) => void;
  readonly discard: (key: string) => void;
  readonly reply: (entry: Entry) => void;
  readonly fileUrl: (path: string) => string;
}

export interface BubblePlace {
  /** First and last of a run of messages by the same side. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Changes exactly when the bubble has to be drawn again. */
export const bubblePrint = (entry: Entry, place: BubblePlace) =>
  JSON.stringify([entry, place, entry.files.map((file) => file.id)], (key, value) =>
    key === "url" ? undefined : value,
  );

export function renderBubble(
  entry: Entry,
  place: BubblePlace,
  texts: Texts,
  locale: string,
  actions: BubbleActions,
): HTMLElement {
  const time = new Date(entry.at);
  const isOwn = entry.from === "visitor";
  const label = h("span", { class: "sr" }, `${isOwn ? texts.you : texts.team}: `);
  const bubble = entry.isGone
    ? h("div", { class: "bubble gone" }, label, texts.removed)
    : h(
        "div",
        { class: `bubble${isPictureOnly(entry) ? " picture" : ""}` },
        label,
        quote(entry),
        ...files(entry, texts, actions),
        text(entry),
        upload(entry, texts, actions),
      );
  const canReply = entry.id !== undefined && !entry.isGone;
  const reply =
    canReply &&
    h(
      "button",
      {
        type: "button",
        class: "reply",
        "aria-label": texts.reply,
        title: texts.reply,
        onClick: () => actions.reply(entry),
      },
      icon("reply"),
    );
  const needsMeta = place.isLast || entry.state === "failed" || entry.state === "sending" || entry.isEdited;
  return h(
    "div",
    {
      class: `row ${isOwn ? "own" : "team"}${place.isFirst ? " first" : ""}${place.isLast ? " last" : ""} ${entry.state}`,
      "data-key": entry.key,
    },
    h("div", { class: "line" }, bubble, reply),
    needsMeta && meta(entry, time, texts, locale),
    entry.state === "failed" && failure(entry, texts, actions),
  );
}

const isPictureOnly = (entry: Entry) => entry.text === "" && entry.files.length === 1 && isPicture(entry.files[0]);

const isPicture = (file: VisitorFile | undefined) =>
  file !== undefined && /^image\/(png|jpeg|gif|webp|avif)$/.test(file.mime);

function meta(entry: Entry, time: Date, texts: Texts, locale: string): HTMLElement {
  const clock = time.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  return h(
    "div",
    { class: "meta" },
    entry.isEdited && h("span", {}, texts.edited),
    h("time", { datetime: time.toISOString(), title: time.toLocaleString(locale) }, clock),
    entry.from === "visitor" && tick(entry, texts),
  );
}

function tick(entry: Entry, texts: Texts): HTMLElement {
  const [name, words] = tickOf(entry.state, texts);
  return h("span", { class: `tick tick-${entry.state}`, role: "img", "aria-label": words, title: words }, icon(name));
}

function tickOf(state: Entry["state"], texts: Texts): readonly [IconName, string] {
  if (state === "sending") return ["clock", texts.sending];
  if (state === "failed") return ["alert", texts.failed];
  return state === "sent" ? ["tick", texts.sent] : ["ticks", texts.delivered];
}

function failure(entry: Entry, texts: Texts, actions: BubbleActions): HTMLElement {
  return h(
    "div",
    { class: "failure" },
    h("span", {}, entry.problem ?? texts.failed),
    h("button", { type: "button", onClick: () => actions.retry(entry.key) }, texts.retry),
    h("button", { type: "button", onClick: () => actions.discard(entry.key) }, texts.discard),
  );
}

const quote = (entry: Entry) =>
  entry.quote &&
  h(
    "div",
    { class: "quote", dir: "auto" },
    entry.quote.author !== undefined && h("b", {}, entry.quote.author),
    entry.quote.text,
  );

function text(entry: Entry): HTMLElement | false {
  if (entry.text === "") return false;
  return h("div", { class: "text", dir: "auto" }, renderRichText(entry.text, entry.spans));
}

function files(entry: Entry, texts: Texts, actions: BubbleActions): HTMLElement[] {
  return entry.files.map((file) => {
    const url = actions.fileUrl(file.url);
    if (isPicture(file)) return picture(file, url, texts);
    if (file.mime.startsWith("video/"))
      return h("video", { controls: true, preload: "metadata", playsinline: true, src: url, "aria-label": file.name });
    if (file.mime.startsWith("audio/"))
      return h("audio", { controls: true, preload: "metadata", src: url, "aria-label": file.name });
    return chip(file.name, file.size, url, texts);
  });
}

/** A site's policy may forbid pictures of ours: the link is there all the same. */
function picture(file: VisitorFile, url: string, texts: Texts): HTMLElement {
  const image = h("img", { src: url, alt: file.name, loading: "lazy", decoding: "async" });
  if (file.width && file.height) image.style.aspectRatio = `${file.width} / ${file.height}`;
  const link = h("a", { class: "image", href: url, target: "_blank", rel: "noopener noreferrer" }, image);
  image.addEventListener("error", () => link.replaceWith(chip(file.name, file.size, url, texts)), { once: true });
  return link;
}

function chip(name: string, size: number | undefined, url: string, texts: Texts): HTMLElement {
  const facts = h(
    "span",
    { class: "facts" },
    h("span", { class: "name", dir: "auto" }, name),
    size !== undefined && h("span", { class: "size" }, formatBytes(size)),
  );
  return h(
    "a",
    { class: "chip", href: url, target: "_blank", rel: "noopener noreferrer", download: name },
    h("span", { class: "badge" }, icon("file")),
    h("span", { class: "sr" }, `${texts.download}: `),
    facts,
    icon("download"),
  );
}

function upload(entry: Entry, texts: Texts, actions: BubbleActions): HTMLElement | false {
  if (!entry.upload) return false;
  const { name, size, progress, preview } = entry.upload;
  const percent = Math.round(progress * 100);
  const bar = h("progress", { max: "100", value: String(percent), "aria-label": `${name}: ${percent} %` });
  const image = preview !== undefined && h("img", { src: preview, alt: "" });
  if (image) image.addEventListener("error", () => image.remove(), { once: true });
  return h(
    "div",
    { class: "upload" },
    image,
    h(
      "span",
      { class: "facts" },
      h("span", { class: "name", dir: "auto" }, name),
      h("span", { class: "size" }, formatBytes(size)),
      entry.state === "sending" && bar,
    ),
    entry.state === "sending" &&
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": texts.cancelUpload,
          title: texts.cancelUpload,
          onClick: () => actions.discard(entry.key),
        },
        icon("close"),
      ),
  );
}
