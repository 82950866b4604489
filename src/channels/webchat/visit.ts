import type { Account } from "../../domain/account.ts";
import type { SiteFacts } from "../../domain/site-facts.ts";
import { type ContactDetails, type ContactPolicy, type FieldTrouble, readContact } from "../shared/contact-details.ts";
import { allowsOrigin } from "../shared/site-origins.ts";
import { readVisit, type VisitGiven } from "../shared/site-visit.ts";
import { readSettings, type WebchatSettings } from "./settings.ts";

/** What a visitor's browser sends beside a message. */
export interface DetailsGiven {
  readonly form?: "pre-chat" | "offline" | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  /** The words that were ticked, as the browser showed them. */
  readonly consent?: string | undefined;
  readonly visit?: VisitGiven | undefined;
}

export type ReadDetails =
  | { readonly kind: "ok"; readonly contact: ContactDetails; readonly site: SiteFacts }
  | {
      readonly kind: "wrong";
      readonly fields: Readonly<Partial<Record<"name" | "phone" | "email" | "consent", FieldTrouble>>>;
    };

/**
 * Judges what came with a message. Only a visitor's first one is refused for what is missing: whoever has written
 * before met the rules of that day.
 */
export function readDetails(account: Account, given: DetailsGiven, isFirst: boolean, now: Date): ReadDetails {
  const settings = readSettings(account);
  const policy = isFirst ? policyFor(settings, given.form) : lenient(settings);
  const contact = readContact(given, policy);
  const isConsentMissing = isFirst && settings.consent !== "" && !agrees(given.consent, settings.consent);
  if (contact.kind === "wrong" || isConsentMissing) {
    const fields = {
      ...(contact.kind === "wrong" && contact.fields),
      ...(isConsentMissing && { consent: "missing" as const }),
    };
    return { kind: "wrong", fields };
  }
  const visit = readVisit(given.visit ?? {}, (origin) => allowsOrigin(settings.origins, origin));
  const consent = given.consent?.trim().slice(0, 2_000);
  return {
    kind: "ok",
    contact: contact.details,
    site: {
      ...(given.form !== undefined && { form: given.form }),
      ...visit,
      ...(consent !== undefined && consent !== "" && { consent: { text: consent, at: now.toISOString() } }),
    },
  };
}

/** After hours somebody has to be reachable later, so one way to reach them is asked for whatever the settings say. */
export function policyFor(settings: WebchatSettings, form: DetailsGiven["form"]): ContactPolicy {
  if (form !== "offline") return settings;
  const isReachable = settings.askPhone === "required" || settings.askEmail === "required";
  return {
    country: settings.country,
    askName: settings.askName === "no" ? "optional" : settings.askName,
    askPhone: settings.askPhone,
    askEmail: isReachable ? settings.askEmail : "required",
  };
}

const lenient = ({ country }: WebchatSettings): ContactPolicy => ({
  country,
  askName: "optional",
  askPhone: "optional",
  askEmail: "optional",
});

/** The widget may add its own sentence (that typing is seen, say) after the account's words, never leave some out. */
function agrees(shown: string | undefined, wanted: string): boolean {
  const spaced = (text: string) => text.replace(/\s+/g, " ").trim();
  return shown !== undefined && spaced(shown).startsWith(spaced(wanted));
}
