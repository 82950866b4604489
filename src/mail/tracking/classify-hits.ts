/**
 * What the requests for a letter's picture and links prove. Pure and total; judged together, because machines give themselves
 * away by how many links they follow at once. When nothing speaks against a person it is one.
 *
 * Signs: user agents of image proxies as their providers and those who measure mail publish them (Gmail's and Yahoo's proxy,
 * Gmail's prefetching, Apple's Mail Privacy Protection, which says "Mozilla/5.0" and no more; Yandex's and Mail.ru's own
 * fetchers), of security gateways and of programs that are no browser; `Sec-Purpose`; HEAD; the time since the letter left.
 */
import type { HitClass, LetterHit } from "../../domain/letter-hit.ts";

/** Gateways look at a mail before they let it in. No person has it that fast. */
const TOO_FAST_MS = 5_000;
/** Nobody follows two links of a letter within so long of each other. */
const AT_ONCE_MS = 3_000;
/** What a gateway looked at it may look at again for so long, from the same place. */
const SAME_VISIT_MS = 60_000;

const PREFETCHES: readonly RegExp[] = [
  /^Mozilla\/5\.0$/,
  // Gmail, for a person whose mail page stands open (bird.com, "Gmail prefetching images").
  /Chrome\/42\.0\.2311\.135 Safari\/537\.36 Edge\/12\.246 Mozilla\/5\.0$/,
];
const PROXIES =
  /GoogleImageProxy|ggpht\.com|YahooMailProxy|YandexImageResizer|YandexMailProxy|Mail\.RU_?(?:Bot|ImageProxy)|DuckDuckGo-Email|Superhuman/i;
const SCANNERS =
  /Barracuda|Mimecast|Proofpoint|FireEye|Trend ?Micro|Symantec|MessageLabs|Cisco-?(?:ESA|Umbrella)|IronPort|Kaspersky|Dr\.?Web|SafeLinks|Microsoft Office Existence Discovery|BingPreview|SkypeUriPreview|TelegramBot|WhatsApp\/|facebookexternalhit|Slackbot|urlscan|VirusTotal|YandexAntivirus|bot\b|crawler|spider|scanner|preview|headless|PhantomJS|curl\/|wget\/|python|Go-http-client|Java\/|libwww|okhttp|axios|node-fetch|HttpClient|Apache-/i;

/**
 * @param sentAt when the letter left; absent: not known
 * @returns the class of each, in their order
 */
export function classifyHits(hits: readonly LetterHit[], sentAt: Date | undefined): readonly HitClass[] {
  const alone = hits.map((hit) => classOf(hit, sentAt));
  const clicks = hits.filter(({ link }) => link !== undefined);
  const machines = new Set<LetterHit>();
  for (const one of clicks)
    for (const other of clicks)
      if (one.link !== other.link && one.from === other.from && apart(one, other) < AT_ONCE_MS) machines.add(one);
  const scanned = hits.filter((hit, at) => alone[at] === "scanner" || machines.has(hit));
  return hits.map((hit, at) => {
    const first = alone[at] ?? "human";
    if (machines.has(hit)) return "scanner";
    if (first !== "human") return first;
    const isSameVisit = scanned.some((other) => other.from === hit.from && apart(hit, other) < SAME_VISIT_MS);
    return isSameVisit ? "scanner" : "human";
  });
}

function classOf({ method, agent, ahead, at, link }: LetterHit, sentAt: Date | undefined): HitClass {
  if (method !== "GET") return "scanner";
  if (agent.trim() === "" || SCANNERS.test(agent.replace(PROXIES, ""))) return "scanner";
  if (ahead || PREFETCHES.some((known) => known.test(agent.trim()))) return "prefetch";
  if (PROXIES.test(agent)) return "proxy";
  if (sentAt !== undefined && at.getTime() - sentAt.getTime() < TOO_FAST_MS)
    return link === undefined ? "prefetch" : "scanner";
  return "human";
}

const apart = (one: LetterHit, other: LetterHit): number => Math.abs(one.at.getTime() - other.at.getTime());

/** What may be said of a letter to somebody who asks whether it was read. */
export interface Seen {
  readonly opened: "yes" | "probably" | "not-known";
  /** A person followed one of its links. */
  readonly clicked: boolean;
}

/** A link that a person follows proves that the letter was open. */
export function seenBy(classes: readonly { readonly class: HitClass; readonly link?: number | undefined }[]): Seen {
  const isHuman = classes.some((hit) => hit.class === "human");
  const clicked = classes.some((hit) => hit.class === "human" && hit.link !== undefined);
  if (isHuman) return { opened: "yes", clicked };
  return { opened: classes.some((hit) => hit.class === "proxy") ? "probably" : "not-known", clicked };
}
