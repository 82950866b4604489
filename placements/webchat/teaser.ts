import { h, icon } from "./dom.ts";
import type { Texts } from "./texts.ts";

export interface Teaser {
  readonly element: HTMLElement;
  showAfter(ms: number): void;
  hide(): void;
}

/** The greeting beside the closed chat. Sent away once, it stays away; it never takes the focus. */
export function createTeaser(
  texts: Texts,
  greeting: string,
  events: { readonly open: () => void; readonly dismissed: () => void },
): Teaser {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const element = h("div", { class: "teaser", hidden: true, role: "status" });
  const hide = () => {
    clearTimeout(timer);
    if (!element.hidden) events.dismissed();
    element.hidden = true;
  };
  return {
    element,
    hide,
    showAfter(ms) {
      timer = setTimeout(() => {
        element.replaceChildren(
          h("button", { type: "button", class: "words", dir: "auto", onClick: events.open }, greeting),
          h(
            "button",
            { type: "button", class: "icon-button", "aria-label": texts.dismiss, title: texts.dismiss, onClick: hide },
            icon("close"),
          ),
        );
        element.hidden = false;
      }, ms);
    },
  };
}
