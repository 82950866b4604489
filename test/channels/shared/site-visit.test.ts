import { expect, test } from "vitest";
import { readVisit, visitSentence } from "../../../src/channels/shared/site-visit.ts";

const allows = (origin: string) => origin === "https://shop.example";

test("a visit is read: page, landing page, where from, campaign", () => {
  const site = readVisit(
    {
      url: "https://user:pass@shop.example/lamps?id=5#token",
      title: " Lamps \n| Shop ",
      referrer: "https://search.example/?q=lamps",
      landing: "https://shop.example/?utm_source=news",
      utm: { source: "news", medium: "mail", odd: "x", campaign: 5 },
    },
    allows,
  );
  expect(site).toEqual({
    site: "shop.example",
    page: { url: "https://shop.example/lamps?id=5", title: "Lamps | Shop" },
    referrer: "https://search.example/?q=lamps",
    landing: "https://shop.example/?utm_source=news",
    utm: { source: "news", medium: "mail" },
  });
  expect(visitSentence(site, { phone: "+34600123456" })).toBe(
    [
      "Page: Lamps | Shop (https://shop.example/lamps?id=5)",
      "Entered the site at: https://shop.example/?utm_source=news",
      "Came from: https://search.example/?q=lamps",
      "Campaign: source news, medium mail",
      "Contact details: +34600123456",
    ].join("\n"),
  );
});

test("labels stand in the page's address where the page names none", () => {
  expect(readVisit({ url: "https://shop.example/?utm_source=ads&utm_term=%00oak" }, allows).utm).toEqual({
    source: "ads",
    term: "oak",
  });
});

test("what is no address, of another site, or the site itself as its own referrer is left out", () => {
  expect(
    readVisit(
      { url: "https://evil.example/", referrer: "javascript:alert(1)", landing: "https://evil.example/" },
      allows,
    ),
  ).toEqual({});
  expect(
    readVisit(
      { url: "https://shop.example/", referrer: "https://shop.example/a", landing: "https://shop.example/" },
      allows,
    ),
  ).toEqual({
    site: "shop.example",
    page: { url: "https://shop.example/" },
  });
  expect(readVisit({ url: `https://shop.example/${"x".repeat(3_000)}`, title: "x".repeat(9_000) }, allows)).toEqual({});
  expect(visitSentence({})).toBe("");
});
