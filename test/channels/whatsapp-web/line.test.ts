import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLine } from "../../../src/channels/whatsapp-web/line.ts";

describe("the line of what goes out over one account", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const out = (why: string) => `out: ${why}`;
  const takes =
    (ms: number, value: string, done: string[] = []) =>
    async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      done.push(value);
      return value;
    };

  it("does one after the other, in order, also after one that threw", async () => {
    const line = createLine(60_000);
    const done: string[] = [];
    const all = Promise.allSettled([
      line.stand(undefined, out, takes(100, "one", done)),
      line.stand(undefined, out, () => Promise.reject(new Error("a bug"))),
      line.stand(undefined, out, takes(10, "two", done)),
    ]);
    await vi.advanceTimersByTimeAsync(200);
    expect((await all).map((one) => (one.status === "fulfilled" ? one.value : "threw"))).toEqual([
      "one",
      "threw",
      "two",
    ]);
    expect(done).toEqual(["one", "two"]);
  });

  it("lets who waits too long step out, does that never, and goes on with the next", async () => {
    const line = createLine(1_000);
    const done: string[] = [];
    const slow = line.stand(undefined, out, takes(1_500, "slow", done));
    const waited = line.stand(undefined, out, takes(10, "late", done));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waited).toBe("out: long");
    const next = line.stand(undefined, out, takes(10, "next", done));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await slow, await next, done]).toEqual(["slow", "next", ["slow", "next"]]);
  });

  it("stops the host's clock for as long as a call waits, and no longer", async () => {
    const line = createLine(60_000);
    const log: string[] = [];
    const clock = (name: string) => ({
      wait: () => {
        log.push(`${name} waits`);
        return () => void log.push(`${name} goes`);
      },
    });
    const first = line.stand(clock("first"), out, takes(100, "first", log));
    const second = line.stand(clock("second"), out, takes(100, "second", log));
    await vi.advanceTimersByTimeAsync(300);
    await Promise.all([first, second]);
    expect(log).toEqual(["first waits", "second waits", "first goes", "first", "second goes", "second"]);
  });

  it("lets all step out when it closes, but the one whose turn it is", async () => {
    const line = createLine(60_000);
    const done: string[] = [];
    const first = line.stand(undefined, out, takes(100, "first", done));
    await vi.advanceTimersByTimeAsync(1);
    const second = line.stand(undefined, out, takes(100, "second", done));
    line.close();
    expect(await second).toBe("out: closing");
    expect(await line.stand(undefined, out, takes(100, "third", done))).toBe("out: closing");
    await vi.advanceTimersByTimeAsync(200);
    expect([await first, done]).toEqual(["first", ["first"]]);
  });
});
