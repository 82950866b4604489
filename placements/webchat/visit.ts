import type { Storage } from "./storage.ts";

/** What a page tells of the visit, beside a message. */
export interface VisitFacts {
  readonly url: string;
  readonly title: string;
  readonly referrer: string;
  readonly landing: string;
  readonly utm: Readonly<Record<string, string>>;
}

export interface Visit {
  /** `undefined` while the server knows all of it. */
  news(): VisitFacts | undefined;
  told(facts: VisitFacts): void;
}

/** After so long without a page of the site, the next page begins a new visit. */
const VISIT_MS = 30 * 60_000;

/** Remembers on which page, from where and under which campaign a visit began: the chat is often opened pages later. */
export function createVisit(storage: Storage): Visit {
  const isOutside = (address: string) => {
    const url = parse(address);
    return url !== undefined && url.origin !== location.origin;
  };
  const begun = storage.load().visit;
  const isNew =
    begun === undefined ||
    Date.now() - begun.at > VISIT_MS ||
    isOutside(document.referrer) ||
    Object.keys(utmOf(location.href)).length > 0;
  const visit = isNew
    ? { landing: location.href, referrer: isOutside(document.referrer) ? document.referrer : "" }
    : { landing: begun.landing, referrer: begun.referrer };
  storage.change({ visit: { ...visit, at: Date.now() } });

  const facts = (): VisitFacts => ({
    url: location.href,
    title: document.title,
    ...visit,
    utm: utmOf(visit.landing),
  });
  const print = ({ url, referrer, landing }: VisitFacts) => [url.replace(/#.*$/, ""), referrer, landing].join(" ");
  return {
    news() {
      const now = facts();
      return storage.load().told === print(now) ? undefined : now;
    },
    told: (now) => storage.change({ told: print(now) }),
  };
}

function utmOf(address: string): Record<string, string> {
  const query = parse(address)?.searchParams ?? new URLSearchParams();
  return Object.fromEntries(
    ["source", "medium", "campaign", "term", "content"].flatMap((label) => {
      const value = query.get(`utm_${label}`);
      return value === null || value === "" ? [] : [[label, value]];
    }),
  );
}

/** `URL.parse` is younger than the browsers that the widget is built for. */
function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}
