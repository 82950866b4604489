/**
 * What a site, or the link that led to a chat, told about the person who writes from it: kept with the message that it came with, for the rules and for
 * whoever asks later what was agreed to. Every text is bounded and cleaned by the channel that took it in.
 */
export interface SiteFacts {
  /** How it was written: in the open chat, in the form before it, in the form of closed hours, or in a site's form. */
  readonly form?: "pre-chat" | "offline" | "request";
  /** Host of the site. */
  readonly site?: string;
  readonly page?: { readonly url: string; readonly title?: string };
  /** Where this visit began on the site, when that was another page. */
  readonly landing?: string;
  /** The page, of another site, that led here. */
  readonly referrer?: string;
  /** Campaign labels of the visit, without their `utm_`. */
  readonly utm?: Readonly<Partial<Record<UtmLabel, string>>>;
  /** The mark of the link by which the chat was opened (`t.me/<bot>?start=…`): which advertisement, page or poster it stood on. */
  readonly start?: string;
  readonly consent?: Consent;
  readonly rating?: Rating;
  /** What else a site's form asked for, in its order. */
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

export type UtmLabel = "source" | "medium" | "campaign" | "term" | "content";

/** The words as the person saw and agreed to them. */
export interface Consent {
  readonly text: string;
  /** ISO 8601, our clock. */
  readonly at: string;
}

/** `stars`: 1 to 5. `thumbs`: 1 is up, 0 is down. */
export interface Rating {
  readonly scale: "stars" | "thumbs";
  readonly value: number;
  /** The portal's session that it is about. */
  readonly session: string;
}
