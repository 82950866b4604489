import type { About, ReasonCode } from "../reasons.ts";

/** A sentence for each reason in one language. */
export type ReasonTexts = Readonly<Record<ReasonCode, (about: About) => string>>;
