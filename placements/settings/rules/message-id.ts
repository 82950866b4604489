const ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const LINK = new RegExp(`[?&#]message=(${ID})(?![0-9a-f-])`, "i");
const ALONE = new RegExp(`^(${ID})$`, "i");

/** The number of a message that somebody typed or pasted, alone or in a link to it; `undefined`: it is neither. */
export const messageIn = (typed: string): string | undefined =>
  (LINK.exec(typed) ?? ALONE.exec(typed.trim()))?.[1]?.toLowerCase();
