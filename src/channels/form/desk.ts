import type { Account } from "../../domain/account.ts";
import type { Asked } from "../shared/contact-details.ts";
import { allowsOrigin } from "../shared/site-origins.ts";
import { type FormSettings, readFormSettings } from "./settings.ts";

/** What the form's routes ask of the channel beside `receive`. */
export interface FormDesk {
  allowsOrigin(account: Account, origin: string): boolean;
  /** What a page needs to draw the form. */
  config(account: Account): FormConfig;
  /** Where a form without script ends; `undefined` = on a page of ours. Always on one of the account's sites. */
  thanksUrl(account: Account): string | undefined;
}

export interface FormConfig extends Pick<FormSettings, "consent" | "color" | "language" | "title" | "thanks"> {
  readonly name: Asked;
  readonly phone: Asked;
  readonly email: Asked;
}

export function createFormDesk(): FormDesk {
  return {
    allowsOrigin: (account, origin) => allowsOrigin(readFormSettings(account).origins, origin),
    config(account) {
      const { askName, askPhone, askEmail, ...rest } = readFormSettings(account);
      const { consent, color, language, title, thanks } = rest;
      return { name: askName, phone: askPhone, email: askEmail, consent, color, language, title, thanks };
    },
    thanksUrl(account) {
      const { thanksUrl, origins } = readFormSettings(account);
      const url = URL.parse(thanksUrl);
      return url && allowsOrigin(origins, url.origin) ? url.href : undefined;
    },
  };
}
