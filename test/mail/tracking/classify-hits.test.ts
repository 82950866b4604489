import fc from "fast-check";
import { expect, it } from "vitest";
import type { LetterHit } from "../../../src/domain/letter-hit.ts";
import { classifyHits, seenBy } from "../../../src/mail/tracking/classify-hits.ts";

const sentAt = new Date("2026-11-29T10:00:00Z");
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const hit = (more: Partial<LetterHit> & { readonly after?: number } = {}): LetterHit => ({
  ...{ method: "GET", agent: BROWSER, from: "a", ahead: false },
  at: new Date(sentAt.getTime() + (more.after ?? 600) * 1_000),
  ...(({ after: _after, ...rest }) => rest)(more),
});
const classes = (...hits: LetterHit[]) => classifyHits(hits, sentAt);

it.each([
  [BROWSER, "human"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "human",
  ],
  [
    "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.17126; ms-office; MSOffice 16)",
    "human",
  ],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", "human"],
  ["Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)", "proxy"],
  ["YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", "proxy"],
  ["Mozilla/5.0 (compatible; YandexImageResizer/2.0; +http://yandex.com/bots)", "proxy"],
  ["Mozilla/5.0", "prefetch"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
    "prefetch",
  ],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Microsoft Office Existence Discovery", "scanner"],
  ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "scanner"],
  ["TelegramBot (like TwitterBot)", "scanner"],
  ["python-requests/2.32.0", "scanner"],
  ["curl/8.5.0", "scanner"],
  ["", "scanner"],
])("%s is %s", (agent, kind) => {
  expect(classes(hit({ agent }))).toEqual([kind]);
});

it("who only asks whether something is there, or says that nobody looks yet, is no reader", () => {
  expect(classes(hit({ method: "HEAD" }))).toEqual(["scanner"]);
  expect(classes(hit({ ahead: true }))).toEqual(["prefetch"]);
});

it("nobody has it in the first seconds", () => {
  expect(classes(hit({ after: 2 }), hit({ after: 2, link: 1, from: "b" }))).toEqual(["prefetch", "scanner"]);
  expect(classifyHits([hit({ after: 2 })], undefined)).toEqual(["human"]);
});

it("several links at once are followed by a machine, and so is what comes with them", () => {
  const gateway = [hit({ link: 1 }), hit({ link: 2, after: 601 }), hit({ after: 602 })];
  const person = [
    hit({ from: "b", after: 700 }),
    hit({ from: "b", link: 1, after: 705 }),
    hit({ from: "b", link: 2, after: 730 }),
  ];
  expect(classes(...gateway, ...person)).toEqual(["scanner", "scanner", "scanner", "human", "human", "human"]);
  // From the same place, much later: a company behind one address.
  expect(classes(...gateway, hit({ after: 900, link: 1 })).at(-1)).toBe("human");
});

it("says opened only for a person, and else probably or nothing", () => {
  expect(seenBy([])).toEqual({ opened: "not-known", clicked: false });
  expect(seenBy([{ class: "prefetch" }, { class: "scanner", link: 1 }])).toEqual({
    opened: "not-known",
    clicked: false,
  });
  expect(seenBy([{ class: "proxy" }])).toEqual({ opened: "probably", clicked: false });
  expect(seenBy([{ class: "proxy" }, { class: "human" }])).toEqual({ opened: "yes", clicked: false });
  expect(seenBy([{ class: "human", link: 2 }])).toEqual({ opened: "yes", clicked: true });
});

it("judges anything, and the same whatever else a stranger from elsewhere does", () => {
  const any = fc.record({
    method: fc.constantFrom("GET", "HEAD"),
    agent: fc.oneof(fc.string(), fc.constant(BROWSER)),
    from: fc.constantFrom("a", "b"),
    ahead: fc.boolean(),
    at: fc.date({ noInvalidDate: true }),
    link: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  const tidy = ({ link, ...rest }: { link: number | undefined } & Omit<LetterHit, "link">): LetterHit => ({
    ...rest,
    ...(link !== undefined && { link }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 8 }), (drawn) => {
      const hits = drawn.map(tidy);
      const all = classifyHits(hits, sentAt);
      expect(all).toHaveLength(hits.length);
      for (const place of ["a", "b"]) {
        const own = hits.filter(({ from }) => from === place);
        expect(classifyHits(own, sentAt)).toEqual(all.filter((_kind, at) => hits[at]?.from === place));
      }
    }),
  );
});
