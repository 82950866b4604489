import type { RatingAsked } from "../../src/api/webchat.ts";
import { h, icon } from "./dom.ts";
import type { Texts } from "./texts.ts";

export interface RatingBar {
  readonly element: HTMLElement;
  /** `undefined`: nothing to ask. A question that has its answer is not asked again. */
  ask(asked: RatingAsked | undefined): void;
  /** The visitor writes on: the question is about what was before. */
  drop(): void;
}

/** Asks once how a conversation was, over the input. Focus stays where the visitor is. */
export function createRatingBar(texts: Texts, rate: (session: string, value: number) => Promise<boolean>): RatingBar {
  const words = texts.rating;
  const element = h("div", { class: "rating", hidden: true });
  const done = new Set<string>();
  let session: string | undefined;

  const choose = async (asked: RatingAsked, value: number) => {
    done.add(asked.session);
    element.replaceChildren(h("p", { role: "status" }, words.thanks));
    if (await rate(asked.session, value)) return;
    // It did not get through: the question comes back.
    done.delete(asked.session);
    draw(asked);
  };
  const choice = (asked: RatingAsked, value: number, label: string, mark: Node | string) =>
    h("button", { type: "button", "aria-label": label, title: label, onClick: () => void choose(asked, value) }, mark);
  function draw(asked: RatingAsked): void {
    const choices =
      asked.scale === "stars"
        ? [1, 2, 3, 4, 5].map((count) => choice(asked, count, words.star(count), icon("star")))
        : [choice(asked, 1, words.up, "👍"), choice(asked, 0, words.down, "👎")];
    element.replaceChildren(
      h("p", { id: "rating" }, words.ask),
      h("div", { class: `choices ${asked.scale}`, role: "group", "aria-labelledby": "rating" }, ...choices),
    );
    element.hidden = false;
  }

  return {
    element,
    ask(asked) {
      if (asked?.session === session && asked !== undefined) return;
      session = asked?.session;
      element.hidden = true;
      if (asked && asked.value === undefined && !done.has(asked.session)) draw(asked);
    },
    drop() {
      if (session !== undefined) done.add(session);
      element.hidden = true;
    },
  };
}
