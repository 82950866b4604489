import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerFault, type Fault, transportFault } from "../../src/portal/outcomes.ts";
import { decide } from "../../src/portal/verdicts.ts";

const faults: readonly Fault[] = [
  { kind: "rate-limited" },
  { kind: "over-budget" },
  { kind: "token-rejected" },
  { kind: "moved" },
  { kind: "unauthorised", sentence: "x" },
  { kind: "refused", code: "X", sentence: "x" },
  { kind: "unreachable", sentence: "x" },
  { kind: "ambiguous", sentence: "x" },
];

test("what may have happened is never repeated for a call that counts once, and is uncertain for nothing else", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...faults),
      fc.constantFrom("read", "repeatable", "once"),
      fc.nat({ max: 9 }),
      fc.boolean(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (fault, effect, tries, hopeless, random) => {
        const verdict = decide(effect, fault, tries, hopeless, random);
        const uncertain = verdict.kind === "end" && verdict.outcome.kind === "uncertain";
        expect(uncertain).toBe(effect === "once" && fault.kind === "ambiguous");
        if (verdict.kind === "again" && verdict.counts) expect([effect === "once", tries >= 3]).toEqual([false, false]);
      },
    ),
  );
});

describe("what an answer means", () => {
  test.each([
    ["QUERY_LIMIT_EXCEEDED", 503, "rate-limited"],
    ["OPERATION_TIME_LIMIT", 429, "over-budget"],
    ["expired_token", 401, "token-rejected"],
    ["NO_AUTH_FOUND", 401, "unauthorised"],
    ["PAYMENT_REQUIRED", 402, "unauthorised"],
    ["PORTAL_DELETED", 500, "unauthorised"],
    ["insufficient_scope", 403, "refused"],
    ["ERROR_CORE", 400, "refused"],
    ["INTERNAL_SERVER_ERROR", 500, "ambiguous"],
    ["", 503, "ambiguous"],
  ])("%s %i: %s", (code, status, kind) => {
    expect(answerFault(code, "words", status).kind).toBe(kind);
  });
});

describe("what a broken connection means", () => {
  test.each([
    [{ code: "ECONNREFUSED" }, "unreachable"],
    [{ code: "ETIMEDOUT", syscall: "connect" }, "unreachable"],
    [{ code: "ETIMEDOUT", syscall: "read" }, "ambiguous"],
    [{ code: "ECONNRESET" }, "ambiguous"],
    [{ code: "ECONNABORTED" }, "ambiguous"],
    [{ code: "EPIPE" }, "ambiguous"],
    [undefined, "ambiguous"],
  ])("%o: %s", (cause, kind) => {
    expect(transportFault(cause).kind).toBe(kind);
  });
});
