import type { GivenAnswer } from "../../src/api/boot.ts";
import { boot } from "./boot.ts";

/** A page that begins later than this asks for itself. */
const FRESH_MS = 15_000;

const given = new Map((boot.given ?? []).map((one) => [one.path, one]));

/** What the server has given along with the page for this question: once, and only as long as it is fresh. */
export function takeGiven(path: string): GivenAnswer | undefined {
  const found = given.get(path);
  given.delete(path);
  return performance.now() < FRESH_MS ? found : undefined;
}
