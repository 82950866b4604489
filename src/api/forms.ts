/** What the form's routes and `form.js` say to each other. */

export interface FormConfig {
  readonly name: FormAsked;
  readonly phone: FormAsked;
  readonly email: FormAsked;
  /** Must be agreed to; empty = nothing to agree to. */
  readonly consent: string;
  /** `#rrggbb`. */
  readonly color: string;
  /** Empty = the browser decides. */
  readonly language: string;
  /** Empty = our own words. */
  readonly title: string;
  readonly thanks: string;
}

export type FormAsked = "no" | "optional" | "required";

export interface FormRefused {
  readonly error: { readonly message: string; readonly fields?: Readonly<Record<string, string>> };
}
