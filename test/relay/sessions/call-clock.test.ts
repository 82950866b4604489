import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallClock, Session } from "../../../src/channels/contract/sessions.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createCallClock } from "../../../src/relay/sessions/call-clock.ts";
import type { Held } from "../../../src/relay/sessions/calls.ts";
import { perform } from "../../../src/relay/sessions/perform.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the clock of a call", () => {
  function started(limitMs: number, lineMs: number) {
    const clock = createCallClock(limitMs, lineMs);
    const seen = { expired: false };
    void clock.expired.then(() => {
      seen.expired = true;
    });
    return { clock, seen };
  }

  it("runs out after its limit, what was waited not counted", async () => {
    const { clock, seen } = started(1_000, 60_000);
    await vi.advanceTimersByTimeAsync(600);
    const goOn = clock.wait();
    await vi.advanceTimersByTimeAsync(30_000);
    goOn();
    await vi.advanceTimersByTimeAsync(399);
    expect(seen.expired).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    expect(seen.expired).toBe(true);
  });

  it("stands still until the last of several waits is over, each ended once", async () => {
    const { clock, seen } = started(1_000, 60_000);
    const [one, two] = [clock.wait(), clock.wait()];
    one();
    one();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen.expired).toBe(false);
    two();
    await vi.advanceTimersByTimeAsync(1_001);
    expect(seen.expired).toBe(true);
  });

  it("has a limit for waiting too, so that a session that forgets to go on hangs nobody", async () => {
    const { clock, seen } = started(1_000, 10_000);
    clock.wait();
    await vi.advanceTimersByTimeAsync(10_001);
    expect(seen.expired).toBe(true);
  });

  it("says nothing any more after its call ended", async () => {
    const { clock, seen } = started(1_000, 10_000);
    const goOn = clock.wait();
    clock.stop();
    goOn();
    await vi.advanceTimersByTimeAsync(100_000);
    expect(seen.expired).toBe(false);
  });
});

describe("a change behind many messages", () => {
  const change = { chatId: "c1", externalIds: ["x1"], content: { body: plainText("new"), attachments: [] } };

  function asked(edit: (clock: CallClock | undefined) => Promise<void>) {
    const session: Session = {
      send: () => Promise.resolve({ kind: "sent", externalIds: [] }),
      edit: async (_change, clock) => {
        await edit(clock);
        return { kind: "sent", externalIds: ["x1"] };
      },
      logout: () => Promise.resolve(),
      close: () => Promise.resolve(),
      closed: new Promise(() => undefined),
    };
    const held: Held = {
      session,
      live: () => ({ connection: { kind: "connected", sentence: "Up." } }),
      isHeld: () => true,
      restart: () => undefined,
      logout: () => Promise.resolve(),
    };
    const files = { openFile: () => Promise.reject(new Error("no files here")) };
    const handover = { put: () => Promise.reject(new Error("none")), take: () => Promise.resolve(undefined) };
    return perform({ files, handover, log: createLogger("silent") }, held, { method: "edit", change });
  }

  it("is answered when its turn came, however long it stood in line", async () => {
    const answer = asked(async (clock) => {
      const goOn = clock?.wait();
      await later(200_000);
      goOn?.();
      await later(50_000);
    });
    await vi.advanceTimersByTimeAsync(250_000);
    expect(await answer).toMatchObject({ kind: "answered", answer: { kind: "sent" } });
  });

  it("is silent when the vendor takes too long once it left", async () => {
    const answer = asked(async (clock) => {
      const goOn = clock?.wait();
      await later(200_000);
      goOn?.();
      await later(61_000);
    });
    await vi.advanceTimersByTimeAsync(262_000);
    expect(await answer).toEqual({ kind: "silent" });
  });
});
