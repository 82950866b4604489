import fc from "fast-check";
import { expect, it } from "vitest";
import type { MessageState } from "../../src/domain/message.ts";
import type { ProviderStatus } from "../../src/domain/provider-message.ts";
import { statusToTell } from "../../src/relay/providers/statuses.ts";

const STATES = [
  "stored",
  "sending",
  "sent",
  "delivered",
  "read",
  "refused",
  "failed",
  "uncertain",
] as const satisfies readonly MessageState[];

/** What the portal hears of a message that stands like this, one after the other. */
function heard(states: readonly MessageState[]): readonly ProviderStatus[] {
  const told: ProviderStatus[] = [];
  for (const state of states) {
    const status = statusToTell(state, told.at(-1));
    if (status !== undefined) told.push(status);
  }
  return told;
}

it("tells each step once", () => {
  expect(heard(["stored", "sending", "sent", "sent", "delivered", "read"])).toEqual(["queued", "sent", "delivered"]);
  expect(heard(["sent", "read"])).toEqual(["sent", "delivered"]);
  expect(heard(["refused"])).toEqual(["failed"]);
  expect(heard(["sent", "failed"])).toEqual(["sent", "undelivered"]);
  expect(heard(["stored", "uncertain"])).toEqual(["queued"]);
  expect(heard(["failed", "stored", "sent"])).toEqual(["failed", "queued", "sent"]);
});

it("never goes back, and never repeats itself, whatever order news comes in", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...STATES), { maxLength: 20 }), (states) => {
      const told = heard(states);
      const end = told.indexOf("delivered");
      if (end >= 0) expect(told.slice(end)).toEqual(["delivered"]);
      for (const [n, status] of told.entries()) {
        expect(status).not.toBe(told[n - 1]);
        if (status === "queued") expect(told[n - 1]).not.toBe("sent");
      }
      // What the last news says is what the portal knows, where there is a word for it.
      if (states.at(-1) === "read") expect(told.at(-1)).toBe("delivered");
    }),
  );
});
