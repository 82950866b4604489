/** How the button of a message's menu looks, before it is loaded and after. */
export const MENU_BUTTON =
  "inline-flex size-6 cursor-pointer items-center justify-center rounded-md text-description hover:bg-elevated hover:text-label aria-expanded:bg-elevated aria-busy:animate-pulse";
