import type { InjectionKey, Ref } from "vue";

/** The panel about the customer, for the button that opens and closes it. */
export interface PersonSide {
  readonly open: Readonly<Ref<boolean>>;
  toggle(): void;
}

export const PERSON_SIDE: InjectionKey<PersonSide> = Symbol("the panel about the customer");

/** From this width of the page on, in pixels, there is room for it beside the conversation; a list beside both needs more. */
export const SIDE_FROM = { alone: 1024, besideList: 1160 } as const;
