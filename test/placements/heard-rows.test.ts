import { describe, expect, it } from "vitest";
import { withHeard } from "../../placements/workplace/heard-rows.ts";
import type { ConversationAnswer } from "../../src/api/messages.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 29, 12, minute)).toISOString();

function row(id: string, minute: number, more: Partial<ConversationAnswer> = {}): ConversationAnswer {
  return {
    ...{
      id,
      account: "a",
      accountName: "Shop",
      channel: "telegram",
      customer: { name: id },
      group: false,
      alone: false,
      chat: null,
      person: null,
    },
    ...{ open: false, operator: null, accepted: false, bot: null, stateAt: null },
    ...{ lastMessageAt: at(minute), lastCustomerAt: at(minute) },
    desk: { waitingSince: at(minute), snoozedUntil: null, archived: false, tags: [] },
    ...more,
  };
}
const heard = (...rows: ConversationAnswer[]) => new Map(rows.map((one) => [one.id, one]));
const desk = (more: Partial<NonNullable<ConversationAnswer["desk"]>>) => ({
  desk: { waitingSince: null, snoozedUntil: null, archived: false, tags: [], ...more },
});
const ids = (rows: readonly ConversationAnswer[]) => rows.map(({ id }) => id).join(" ");
const all = { folder: "all", words: "" } as const;

describe("the list with what was heard since", () => {
  const listed = [row("new", 30), row("old", 10)];

  it("stands in the server's order, each row once and as it was heard last", () => {
    const rows = withHeard(listed, false, heard(row("old", 40, { open: true }), row("fresh", 35)), all);
    expect(ids(rows)).toBe("old fresh new");
    expect(rows[0]?.open).toBe(true);
    expect(ids(withHeard(listed, false, new Map(), all))).toBe("new old");
  });

  it("loses what was put off or away, or is somebody else's now, and takes in what belongs", () => {
    expect(ids(withHeard(listed, false, heard(row("new", 30, desk({ archived: true }))), all))).toBe("old");
    expect(ids(withHeard(listed, false, heard(row("old", 10, desk({ snoozedUntil: at(59) }))), all))).toBe("new");
    const mine = { ...all, operator: "7" };
    const taken = row("fresh", 1, { operator: { id: "7" } });
    expect(ids(withHeard([], false, heard(taken, row("other", 2, { operator: { id: "8" } })), mine))).toBe("fresh");
    expect(ids(withHeard([], false, heard(taken, row("free", 2)), { ...all, operator: "nobody" }))).toBe("free");
    expect(ids(withHeard([], false, heard(taken), { ...all, accounts: new Set(["b"]) }))).toBe("");
    expect(
      ids(withHeard([], false, heard(row("vip", 1, desk({ tags: ["vip"] })), taken), { ...all, tag: "vip" })),
    ).toBe("vip");
  });

  it("of who waits: whoever was answered is gone, whoever waits longest stands first", () => {
    const waiting = { folder: "waiting", words: "" } as const;
    const rows = [row("long", 1), row("short", 20)];
    expect(ids(withHeard(rows, false, heard(row("middle", 10), row("long", 1, desk({}))), waiting))).toBe(
      "middle short",
    );
  });

  it("takes nothing in that would stand behind its end while there is more", () => {
    expect(ids(withHeard(listed, true, heard(row("older", 5)), all))).toBe("new old");
    expect(ids(withHeard(listed, false, heard(row("older", 5)), all))).toBe("new old older");
  });

  it("keeps what the server found by words, and takes in by name alone", () => {
    const wanted = { ...all, words: "mar" };
    const rows = withHeard([row("found", 1)], false, heard(row("found", 2), row("Maria", 3), row("Jonas", 4)), wanted);
    expect(ids(rows)).toBe("Maria found");
  });
});
