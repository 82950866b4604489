import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { SetupField, SetupStep } from "../contract.ts";
import { type ContactPolicy, contactFields, contactSettings } from "../shared/contact-details.ts";
import { linkSetting, textSetting } from "../shared/setting.ts";
import { allowsOrigin, originList } from "../shared/site-origins.ts";

/** What a site's form asks for and where it may stand. Nothing here is secret. */
export interface FormSettings extends ContactPolicy {
  readonly origins: readonly string[];
  /** Must be agreed to; empty = nothing to agree to. */
  readonly consent: string;
  /** Where a form without script ends up; on one of the sites. Empty = a short page of ours. */
  readonly thanksUrl: string;
}

export const formSettings = z
  .object({
    origins: originList,
    ...contactSettings,
    consent: textSetting(1_000),
    thanksUrl: linkSetting,
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

const setting = (
  kind: SetupField["kind"],
  key: string,
  label: string,
  more: Partial<Pick<SetupField, "placeholder" | "required">> = {},
): SetupField => ({ key, into: "settings", kind, label, required: false, ...more });

export const formSetup: readonly SetupStep[] = [
  {
    id: "sites",
    title: "Your sites",
    help: "Requests are taken only from the sites you list. The code for your pages is shown afterwards.",
    fields: [setting("url-list", "origins", "Site addresses", { required: true, placeholder: "https://shop.example" })],
  },
  {
    id: "fields",
    title: "What is asked",
    help: "Phone or e-mail tell whose conversation a request belongs to: require at least one of them.",
    fields: [
      ...contactFields,
      setting("textarea", "consent", "Consent text"),
      setting("text", "thanksUrl", "Thank-you page of a plain HTML form", {
        placeholder: "https://shop.example/thanks",
      }),
    ],
  },
];
