/** Changing a line: read, compared, written, read back. The line stands in memory; what the portal corrects is said by each test. */
import { describe, expect, it } from "vitest";
import type { LineChanges } from "../../../src/domain/line-settings/fields.ts";
import type { LineDesk } from "../../../src/portal/contract/line-desk.ts";
import { editLine } from "../../../src/relay/lines/edit-line.ts";

const GONE = { kind: "refused", code: "NO_SUCH_LINE", sentence: "gone" } as const;

function deskWith(start: LineChanges, correct: (asked: LineChanges) => LineChanges = (asked) => asked) {
  let settings: LineChanges | undefined = start;
  const written: LineChanges[] = [];
  const desk: Pick<LineDesk, "read" | "write"> = {
    read: async (id) => (settings ? { kind: "ok", value: { id, settings, operators: [] } } : GONE),
    write: async (_id, changes) => {
      written.push(changes);
      if (changes.queue?.some(({ id }) => id === "404")) return GONE;
      settings = { ...settings, ...correct(changes) };
      return { kind: "ok", value: undefined };
    },
  };
  return { desk, written, now: () => settings, vanish: () => (settings = undefined) };
}

describe("editing a line", () => {
  it("writes the change with its companions and nothing else", async () => {
    const line = deskWith({ opens: "09:00", closes: "18:00", greets: false });
    const outcome = await editLine(line.desk, "1", { base: { closes: "18:00" }, changes: { closes: "19:00" } });
    expect(line.written).toEqual([{ opens: "09:00", closes: "19:00" }]);
    expect(outcome).toMatchObject({ kind: "saved", before: { closes: "18:00" }, corrections: [] });
  });

  it("tells what the portal made of it", async () => {
    const line = deskWith({ rates: false }, () => ({ rates: false }));
    expect(await editLine(line.desk, "1", { base: { rates: false }, changes: { rates: true } })).toMatchObject({
      kind: "saved",
      corrections: [{ field: "rates", asked: true, kept: false, why: "plan" }],
    });
  });

  it("writes nothing over what somebody changed, and is content where they changed it to the same", async () => {
    const line = deskWith({ greeting: "Theirs", name: "Shop" });
    expect(
      await editLine(line.desk, "1", {
        base: { greeting: "Old", name: "Old" },
        changes: { greeting: "Mine", name: "Shop" },
      }),
    ).toEqual({ kind: "conflict", differences: [{ field: "greeting", shown: "Old", now: "Theirs" }] });
    expect(line.written).toEqual([]);
    const same = await editLine(line.desk, "1", { base: { greeting: "Old" }, changes: { greeting: "Theirs" } });
    expect(same.kind).toBe("saved");
  });

  it("sets a field that could not be read before", async () => {
    const line = deskWith({});
    const outcome = await editLine(line.desk, "1", { base: {}, changes: { greets: true } });
    expect(outcome).toMatchObject({ kind: "saved", corrections: [] });
  });

  it("tells a queue that the portal would not have from a line that is gone", async () => {
    const line = deskWith({ queue: [{ kind: "person", id: "1" }] });
    const asked = { base: line.now() ?? {}, changes: { queue: [{ kind: "person" as const, id: "404" }] } };
    expect(await editLine(line.desk, "1", asked)).toMatchObject({ kind: "refused", code: "NOT_SAVED" });
    line.vanish();
    expect(await editLine(line.desk, "1", asked)).toEqual(GONE);
  });

  it.each([
    [{ queue: [] }, "queue", "required"],
    [{ opens: "22:00", closes: "06:00" }, "closes", "too-small"],
    [{ forwardAfter: 50_000 }, "forwardAfter", "too-large"],
    [{ holidays: ["31.02"] }, "holidays", "wrong"],
  ] as const)("writes nothing that cannot be: %j", async (changes, field, why) => {
    const line = deskWith({});
    expect(await editLine(line.desk, "1", { base: {}, changes })).toEqual({ kind: "illegal", wrong: [{ field, why }] });
    expect(line.written).toEqual([]);
  });
});
