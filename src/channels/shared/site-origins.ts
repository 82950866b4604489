import { z } from "zod";

/** Which sites may use something of ours. Pure; whatever is not clearly one of them is refused. */

/** Setup pages hand over lists as lists or as lines of text. */
const lines = (value: unknown) =>
  typeof value === "string" ? value.split(/[\s,;]+/).filter((line) => line !== "") : value;

const originPattern = z.string().transform((value, context) => {
  const pattern = normaliseOrigin(value);
  if (pattern !== undefined) return pattern;
  context.addIssue({
    code: "custom",
    message: `"${value.slice(0, 100)}" is not a site address: write https://shop.example, or https://*.shop.example for all its subdomains (http only for localhost)`,
  });
  return z.NEVER;
});

/** A setting that lists sites: exact origins (`https://shop.example`) or subdomains (`https://*.shop.example`). */
export const originList = z.preprocess(lines, z.array(originPattern).max(50).default([]));

const LOOPBACK = /^(localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The one spelling of an origin or wildcard pattern; `undefined` for what is none (paths, user names, other schemes,
 * plain http outside this machine).
 */
export function normaliseOrigin(value: string): string | undefined {
  const match = /^(https?):\/\/(\*\.)?([^/?#@\\\s*]+)\/?$/i.exec(value.trim());
  if (!match) return undefined;
  const [, scheme = "", star = "", host = ""] = match;
  const url = URL.parse(`${scheme}://${host}`);
  if (!url || url.hostname === "") return undefined;
  if (url.protocol === "http:" && !LOOPBACK.test(url.hostname)) return undefined;
  // "*.com" or "*.localhost" would be everybody.
  if (star !== "" && !/^[^.]+\..+/.test(url.hostname)) return undefined;
  return star === "" ? url.origin : url.origin.replace("://", "://*.");
}

/** Whether a browser's `Origin` header is one of the account's sites. `null` and other opaque origins never are. */
export function allowsOrigin(origins: readonly string[], origin: string): boolean {
  if (origin.includes("*") || normaliseOrigin(origin) !== origin) return false;
  return origins.some((pattern) => {
    const star = pattern.indexOf("*");
    if (star < 0) return pattern === origin;
    // Scheme and everything after the star must agree, the port included; the star stands for at least one label.
    const before = pattern.slice(0, star);
    const after = pattern.slice(star + 1);
    return origin.startsWith(before) && origin.endsWith(after) && origin.length > before.length + after.length;
  });
}
