import { describe, expect, it } from "vitest";
import { StoreUnavailable } from "../../src/store/contract.ts";
import { repeatWhenUndone, translateError, violates } from "../../src/store/errors.ts";

const coded = (code: string, more = {}) => Object.assign(new Error(`error ${code}`), { code, ...more });

describe("errors of the database", () => {
  it("call everything that time may heal unavailable, with its cause", () => {
    for (const code of ["ECONNREFUSED", "ECONNRESET", "57P01", "57P03", "08006", "53300", "25006", "57014"]) {
      const error = coded(code);
      expect(translateError(error)).toBeInstanceOf(StoreUnavailable);
      expect(translateError(error)).toMatchObject({ cause: error, message: expect.stringContaining(code) });
    }
    for (const message of [
      "Connection terminated unexpectedly",
      "timeout exceeded when trying to connect",
      "Query read timeout",
      "PGlite is closed",
    ]) {
      expect(translateError(new Error(message))).toBeInstanceOf(StoreUnavailable);
    }
  });

  it("leave bugs as they are", () => {
    for (const error of [
      coded("23505"),
      coded("42P01"),
      coded("22P02"),
      new Error("undefined is not a function"),
      new TypeError("x"),
      "text",
      null,
    ]) {
      expect(translateError(error)).toBe(error);
    }
  });

  it("know which constraint was violated", () => {
    expect(violates(coded("23505", { constraint: "one" }), "one")).toBe(true);
    expect(violates(coded("23505", { constraint: "two" }), "one")).toBe(false);
    expect(violates(coded("23503", { constraint: "one" }), "one")).toBe(false);
  });

  it("repeat what was undone for running into another, three times, and nothing else", async () => {
    const failing = (code: string, times: number) => {
      let calls = 0;
      const work = async () => {
        calls += 1;
        if (calls <= times) throw coded(code);
        return calls;
      };
      return { work, calls: () => calls };
    };
    expect(await repeatWhenUndone(failing("40P01", 2).work)).toBe(3);
    const hopeless = failing("40001", 99);
    await expect(repeatWhenUndone(hopeless.work)).rejects.toThrow("40001");
    expect(hopeless.calls()).toBe(3);
    const bug = failing("42601", 99);
    await expect(repeatWhenUndone(bug.work)).rejects.toThrow("42601");
    expect(bug.calls()).toBe(1);
  });
});
