import { StoreUnavailable } from "./contract.ts";

/**
 * Tells "the database cannot be asked just now" from a bug. By code, never by class: the two drivers have classes of
 * their own but share PostgreSQL's codes, and Node's for the network.
 *
 * A write that ended this way may have been executed. Every write of the store can be repeated: uniqueness in the
 * schema turns the second one into "duplicate", or it sets what is set already.
 */
const UNAVAILABLE_CODES = new Set([
  // Node: no way to the server, or the way broke.
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENOENT",
  "EADDRNOTAVAIL",
  // PostgreSQL: shutting down, starting up, out of connections, memory or disk, read-only after a failover, taking too long.
  "57P01",
  "57P02",
  "57P03",
  "57P05",
  "53000",
  "53100",
  "53200",
  "53300",
  "25006",
  "57014",
  "55P03",
  "58030",
]);

/** What the drivers throw without any code. */
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end|Client has encountered a connection error|not queryable|PGlite(?: instance)? is (?:already )?clos(?:ed|ing)|driver has already been destroyed|connection has been discarded/i;

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** `StoreUnavailable` for what time may heal, the error itself for everything else. */
export function translateError(error: unknown): unknown {
  if (error instanceof StoreUnavailable) return error;
  const code = codeOf(error);
  const unavailable =
    code === undefined
      ? error instanceof Error && UNAVAILABLE_MESSAGES.test(error.message)
      : UNAVAILABLE_CODES.has(code) || code.startsWith("08");
  if (!unavailable) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(`The database cannot be asked just now: ${reason || code}`, { cause: error });
}

/** Unique violation of a named constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return (
    codeOf(error) === "23505" &&
    typeof error === "object" &&
    error !== null &&
    "constraint" in error &&
    error.constraint === constraint
  );
}

/** The statement was undone as a whole because it ran into another one (deadlock, serialisation, a parent deleted meanwhile). */
const REPEATABLE = new Set(["40P01", "40001", "23503"]);

/** Runs one statement or transaction again when it was undone for running into another one; three times at most. */
export async function repeatWhenUndone<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 3 || !REPEATABLE.has(codeOf(error) ?? "")) throw error;
    }
  }
}
