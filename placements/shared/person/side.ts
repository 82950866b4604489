import type { InjectionKey, Ref } from "vue";

/** The panel about the customer, for the button that opens and closes it. */
export interface PersonSide {
  readonly open: Readonly<Ref<boolean>>;
  toggle(): void;
}

export const PERSON_SIDE: InjectionKey<PersonSide> = Symbol("the panel about the customer");

/** From this width of the page on there is room for it beside the conversation. */
export const SIDE_FROM = "(min-width: 1024px)";
