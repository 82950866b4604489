import type { Localised, Words } from "../../domain/localised.ts";

/** What the setup page asks for. */

export interface SetupStep {
  readonly id: string;
  readonly title: Localised;
  readonly help: Localised;
  readonly fields: readonly SetupField[];
  /** Something the person must know and agree to before this step (the risk of a ban, say). */
  readonly warning?: Localised;
  /** Key in `settings` that becomes true with that agreement, where the channel itself insists on it. */
  readonly consent?: string;
}

export interface SetupField {
  /** Key in `credentials` or `settings`. */
  readonly key: string;
  readonly into: "credentials" | "settings";
  /** `sign-in`: at the vendor's own page (`vendor-sign-in.ts`). `person`: an employee, by their id in the portal. */
  readonly kind: "text" | "secret" | "url-list" | "textarea" | "switch" | "choice" | "sign-in" | "person";
  readonly label: Localised;
  readonly required: boolean;
  /** Of a `choice`. */
  readonly choices?: readonly SetupChoice[];
  /** Of a `choice`: what is chosen in a new account. Default: the first. */
  readonly preset?: string;
  readonly placeholder?: Words;
  /** Asked for only while another setting of the same channel has this value. */
  readonly when?: { readonly key: string; readonly is: string };
}

export interface SetupChoice {
  readonly value: string;
  readonly label: Words;
}
