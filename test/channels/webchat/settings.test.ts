import { expect, test } from "vitest";
import { allowsOrigin, normaliseOrigin } from "../../../src/channels/shared/site-origins.ts";
import { webchatSettings } from "../../../src/channels/webchat/settings.ts";

test.each([
  ["https://Shop.Example/", "https://shop.example"],
  ["https://shop.example:443", "https://shop.example"],
  ["https://shop.example:8443", "https://shop.example:8443"],
  ["https://*.shop.example", "https://*.shop.example"],
  ["https://магазин.рф", "https://xn--80aairftm.xn--p1ai"],
  ["http://localhost:3000", "http://localhost:3000"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
])("%s is the origin %s", (given, origin) => {
  expect(normaliseOrigin(given)).toBe(origin);
});

test.each([
  "",
  "shop.example",
  "http://shop.example",
  "https://",
  "https://*",
  "https://*.com",
  "https://shop.example/path",
  "https://me@shop.example",
  "https://a.*.example",
  "ftp://shop.example",
  "null",
  "javascript:alert(1)",
  "http://localhost.evil.example",
  "https://shop.example?x",
  "https://a b",
])("%j is no origin", (given) => {
  expect(normaliseOrigin(given)).toBeUndefined();
});

test("a wildcard stands for subdomains, over the same scheme and port", () => {
  const origins = ["https://*.shop.example"];
  expect(allowsOrigin(origins, "https://www.shop.example")).toBe(true);
  expect(allowsOrigin(origins, "https://a.b.shop.example")).toBe(true);
  for (const origin of [
    "https://shop.example",
    "https://evilshop.example",
    "https://www.shop.example.evil.example",
    "http://www.shop.example",
    "https://www.shop.example:8443",
    "https://*.shop.example",
    "https://.shop.example",
    "null",
    "",
  ]) {
    expect(allowsOrigin(origins, origin), origin).toBe(false);
  }
});

test("an exact origin is that one only, and no list means nobody", () => {
  expect(allowsOrigin(["https://shop.example"], "https://shop.example")).toBe(true);
  expect(allowsOrigin(["https://shop.example"], "https://www.shop.example")).toBe(false);
  expect(allowsOrigin([], "https://shop.example")).toBe(false);
});

test("settings take lists as a page sends them, and name what is wrong", () => {
  const parsed = webchatSettings.parse({
    origins: "https://a.example\nhttps://*.b.example, https://c.example",
    color: "#ABC",
    unknown: 1,
  });
  expect(parsed).toMatchObject({
    origins: ["https://a.example", "https://*.b.example", "https://c.example"],
    color: "#aabbcc",
    title: "",
    language: "",
    askPhone: "no",
    closed: "form",
    rating: "no",
    offsetSide: 20,
  });
  expect(parsed).not.toHaveProperty("unknown");
  const refused = webchatSettings.safeParse({ origins: ["http://a.example"], color: "red" });
  expect(refused.error?.issues.map((issue) => issue.path.join("."))).toEqual(["origins.0", "color"]);
  expect(refused.error?.message).toContain("http://a.example");
});

test("what a setup page leaves empty is the default, and hours without a time zone or in odd words are named", () => {
  const empty = webchatSettings.parse({
    greetingDelay: "",
    icon: "",
    closed: "",
    offsetSide: " ",
    country: "",
    hours: "",
  });
  expect(empty).toMatchObject({ greetingDelay: 0, icon: "chat", closed: "form", offsetSide: 20, country: "" });
  const problems = (given: Record<string, unknown>) =>
    webchatSettings.safeParse(given).error?.issues.map((issue) => issue.path.join("."));
  expect(problems({ hours: "Mon-Fri 09:00-18:00" })).toEqual(["timezone"]);
  expect(problems({ hours: "whenever", timezone: "Europe/Madrid" })).toEqual(["hours"]);
  expect(problems({ hours: "Mon 09:00-18:00", timezone: "Mars/Base" })).toEqual(["timezone"]);
  expect(problems({ country: "XX", greetingDelay: "soon", rating: "hearts" })).toEqual([
    "greetingDelay",
    "country",
    "rating",
  ]);
});
