import { createHash, timingSafeEqual } from "node:crypto";

/** In constant time; hashed first, so that the comparison tells nothing about lengths. What nobody has stored equals nothing. */
export function sameSecret(stored: string | undefined, given: string): boolean {
  if (stored === undefined || stored === "") return false;
  const digest = (value: string) => createHash("sha256").update(value).digest();
  return timingSafeEqual(digest(stored), digest(given));
}
