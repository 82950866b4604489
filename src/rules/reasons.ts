/** Why something was decided: a code with what it speaks of. `texts/reason-texts.ts` makes a sentence of it for its reader. */
export interface Reason {
  readonly code: ReasonCode;
  readonly about?: About | undefined;
}

export type About = Readonly<Record<string, string | number>>;

export const REASON_CODES = [
  "contact-first",
  "contact-repeat",
  "contact-only-closed",
  "chat-missed",
  "transfer-allowed",
  "transfer-denied",
  "owner-line",
  "owner-rules",
  "owner-no-line",
  "create-first",
  "create-repeat",
  "create-reuses-open",
  "create-nothing",
  "create-waits-for-contact",
  "create-without-leads",
  "create-activity",
  "create-not-for-machines",
  "create-not-for-ours",
  "target-chosen",
  "target-thread",
  "target-named",
  "target-last-active",
  "target-last-closed",
  "target-contact",
  "target-also-contact",
  "target-skips-closed",
  "place-filter",
  "place-denied",
  "place-default",
  "place-vanished",
  "responsible-entity",
  "responsible-filter",
  "responsible-writer",
  "responsible-box-owner",
  "responsible-default",
  "responsible-absent",
  "responsible-nobody",
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];
