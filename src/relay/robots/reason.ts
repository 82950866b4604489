import type { Say } from "../../domain/localised.ts";

/** The reason of an outcome, for whoever reads it: sentences, a line each. */
export const reasonIn = (say: Say, reason: string): string =>
  reason
    .split("\n")
    .filter((sentence) => sentence !== "")
    .map(say)
    .join(" ");
