import type { SiteFacts, UtmLabel } from "../../domain/site-facts.ts";
import type { ContactDetails } from "./contact-details.ts";

/**
 * What a page says of a visit, made safe: bounded, without control characters, addresses without user names. A page can
 * say what it likes, so nothing here is believed but that the page itself stands on a site of the account's; and nothing
 * here is ever a reason to refuse what a person wrote.
 */

export interface VisitGiven {
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly referrer?: string | undefined;
  readonly landing?: string | undefined;
  readonly utm?: Readonly<Record<string, unknown>> | undefined;
}

const LABELS: readonly UtmLabel[] = ["source", "medium", "campaign", "term", "content"];

/** @param allows whether an origin is one of the account's sites */
export function readVisit(given: VisitGiven, allows: (origin: string) => boolean): SiteFacts {
  const page = address(given.url);
  const own = page && allows(page.origin) ? page : undefined;
  const landing = address(given.landing);
  const referrer = address(given.referrer);
  const title = cleanLine(given.title ?? "", 200);
  const utm = readUtm(given.utm, own?.searchParams ?? landing?.searchParams);
  return {
    ...(own && { site: own.host, page: { url: bare(own), ...(title !== "" && { title }) } }),
    ...(landing && allows(landing.origin) && bare(landing) !== (own && bare(own)) && { landing: bare(landing) }),
    ...(referrer && !allows(referrer.origin) && { referrer: bare(referrer) }),
    ...(utm && { utm }),
  };
}

function readUtm(given: VisitGiven["utm"], query: URLSearchParams | undefined): SiteFacts["utm"] | undefined {
  const pairs = LABELS.flatMap((label): (readonly [UtmLabel, string])[] => {
    const said = given?.[label] ?? given?.[`utm_${label}`];
    const value = cleanLine(typeof said === "string" && said !== "" ? said : (query?.get(`utm_${label}`) ?? ""), 200);
    return value === "" ? [] : [[label, value]];
  });
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}

/** A line for the agent: where the person is, where they came from, what they left and agreed to. Empty when there is nothing to say. */
export function visitSentence(site: SiteFacts, contact: ContactDetails = {}): string {
  const { page, referrer, landing, utm, consent, fields } = site;
  const campaign = LABELS.flatMap((label) => (utm?.[label] === undefined ? [] : [`${label} ${utm[label]}`]));
  const left = [contact.name, contact.phone, contact.email].filter((part) => part !== undefined);
  return [
    page && (page.title === undefined ? `Page: ${page.url}` : `Page: ${page.title} (${page.url})`),
    landing !== undefined && `Entered the site at: ${landing}`,
    referrer !== undefined && `Came from: ${referrer}`,
    campaign.length > 0 && `Campaign: ${campaign.join(", ")}`,
    left.length > 0 && `Contact details: ${left.join(", ")}`,
    ...(fields ?? []).map(({ name, value }) => `${name}: ${value}`),
    consent && "Agreed to the processing of their data.",
  ]
    .filter((line) => line !== undefined && line !== false)
    .join("\n");
}

/** One line of visible text, at most so long. */
export function cleanLine(text: string, max: number): string {
  return text
    .slice(0, max * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, max)
    .toWellFormed();
}

/** Text as people type it: control characters other than tab and line break go, which nobody types and XML chokes on. */
export const cleanText = (text: string) =>
  text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .trim();

function address(text: string | undefined): URL | undefined {
  if (text === undefined || text.length > 2_000) return undefined;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Without user name, password and fragment: neither is anybody's business, and fragments carry tokens. */
function bare(url: URL): string {
  const copy = new URL(url);
  copy.username = "";
  copy.password = "";
  copy.hash = "";
  return copy.href;
}
