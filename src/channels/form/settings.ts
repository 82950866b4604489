import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import { type ContactPolicy, contactSettings } from "../shared/contact-details.ts";
import { colorSetting, languageSetting, linkSetting, textSetting } from "../shared/setting.ts";
import { allowsOrigin, originList } from "../shared/site-origins.ts";

/** What a site's form asks for and where it may stand. Nothing here is secret. */
export interface FormSettings extends ContactPolicy {
  readonly origins: readonly string[];
  /** Must be agreed to; empty = nothing to agree to. */
  readonly consent: string;
  /** Where a form without script ends up; on one of the sites. Empty = a short page of ours. */
  readonly thanksUrl: string;
  readonly color: string;
  readonly language: "" | "en" | "ru" | "es" | "ar";
  /** Empty = the form's own words. The same for `thanks`. */
  readonly title: string;
  readonly thanks: string;
}

export const formSettings = z
  .object({
    origins: originList,
    ...contactSettings,
    consent: textSetting(1_000),
    thanksUrl: linkSetting,
    color: colorSetting("#0f766e"),
    language: languageSetting,
    title: textSetting(80),
    thanks: textSetting(300),
  })
  .superRefine(({ origins, thanksUrl }, context) => {
    const url = URL.parse(thanksUrl);
    if (url && !allowsOrigin(origins, url.origin))
      context.addIssue({
        code: "custom",
        path: ["thanksUrl"],
        message: "the thank-you page has to be on one of the listed sites",
      });
  });

/** Settings of a stored account. What cannot be read allows no site: the door fails closed. */
export function readFormSettings(account: Account): FormSettings {
  const parsed = formSettings.safeParse(account.settings);
  return parsed.success ? parsed.data : formSettings.parse({});
}
