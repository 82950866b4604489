import { expect, test } from "vitest";
import { isTimeZone, presenceAt, readHours } from "../../../src/channels/shared/working-hours.ts";

function at(text: string, zone: string, moment: string) {
  const read = readHours(text);
  if (read.kind === "wrong") throw new Error(read.sentence);
  const presence = presenceAt(read.hours, zone, new Date(moment));
  return presence.kind === "open" ? "open" : (presence.opensAt?.toISOString() ?? "closed");
}

const office = "Mon-Fri 09:00-18:00\nSat 10:00-14:00, 15:00-17:00";

test.each([
  // Madrid is an hour ahead of UTC in winter.
  ["2026-11-27T08:00:00Z", "open"],
  ["2026-11-27T07:59:59Z", "2026-11-27T08:00:00.000Z"],
  ["2026-11-27T17:00:00Z", "2026-11-28T09:00:00.000Z"],
  ["2026-11-28T13:30:00Z", "2026-11-28T14:00:00.000Z"],
  ["2026-11-28T16:00:00Z", "2026-11-30T08:00:00.000Z"],
  ["2026-11-29T12:00:00Z", "2026-11-30T08:00:00.000Z"],
])("Madrid's office at %s: %s", (moment, expected) => {
  expect(at(office, "Europe/Madrid", moment)).toBe(expected);
});

test("no lines mean always open, a day that is written as off is closed", () => {
  expect(at("", "Europe/Madrid", "2026-11-29T03:00:00Z")).toBe("open");
  expect(at(`${office}\n2026-12-25 off`, "Europe/Madrid", "2026-12-25T10:00:00Z")).toBe("2026-12-26T09:00:00.000Z");
  expect(at("2026-12-25 off", "Europe/Madrid", "2026-12-25T10:00:00Z")).toBe("2026-12-25T23:00:00.000Z");
  expect(at("2026-12-25 off", "Europe/Madrid", "2026-12-24T10:00:00Z")).toBe("open");
  expect(at(`${office}\n2026-11-29 12:00-13:00`, "Europe/Madrid", "2026-11-29T11:30:00Z")).toBe("open");
});

test("the clock of the place counts, over summer time and over the date line", () => {
  // On 29 March 2026 Madrid's clocks go from 2:00 to 3:00: on Monday nine o'clock is 7:00 UTC.
  expect(at(office, "Europe/Madrid", "2026-03-28T20:00:00Z")).toBe("2026-03-30T07:00:00.000Z");
  expect(at(office, "Europe/Madrid", "2026-10-24T20:00:00Z")).toBe("2026-10-26T08:00:00.000Z");
  expect(at(office, "Pacific/Auckland", "2026-11-29T20:30:00Z")).toBe("open");
  expect(at(office, "Asia/Kolkata", "2026-11-27T03:29:00Z")).toBe("2026-11-27T03:30:00.000Z");
});

test("over the weekend, in other languages, all night", () => {
  expect(at("Fri-Mon 10:00-12:00", "UTC", "2026-11-29T11:00:00Z")).toBe("open");
  expect(at("пн-пт 10:00–12:00\nсб выходной", "UTC", "2026-11-27T11:00:00Z")).toBe("open");
  expect(at("lunes - viernes 9.00 - 24.00", "UTC", "2026-11-27T23:59:00Z")).toBe("open");
  expect(at("Mon off", "UTC", "2026-11-27T23:59:00Z")).toBe("closed");
});

test.each([
  "whenever",
  "Mon 9-18",
  "Mon 18:00-09:00",
  "Mon 09:60-10:00",
  "Mon-Tue-Wed 09:00-10:00",
  "2026-13-40 off",
  "constructor 09:00-10:00",
  "Mon",
])("%j is said to be wrong", (line) => {
  expect(readHours(line)).toMatchObject({ kind: "wrong", sentence: expect.stringContaining(line) });
});

test("time zones are known by the runtime", () => {
  expect(["Europe/Madrid", "Asia/Almaty", "UTC", "Mars/Base", ""].map(isTimeZone)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
