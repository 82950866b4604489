import { createHash, timingSafeEqual } from "node:crypto";

/** In constant time; hashed first, so that the comparison tells nothing about lengths. */
export function sameSecret(stored: string, given: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(stored), digest(given));
}
