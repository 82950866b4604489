import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { correctionsOf } from "../../../src/domain/line-settings/corrections.ts";
import {
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineChanges,
  pick,
  sameValue,
  withCompanions,
} from "../../../src/domain/line-settings/fields.ts";
import { illegal, illegalIn } from "../../../src/domain/line-settings/legal.ts";
import { fromWire, toWire } from "../../../src/domain/line-settings/wire.ts";
import { correctedSettings } from "../../emulators/portal/methods/line-corrections.ts";
import { anySettings, legalValue } from "./any-settings.ts";

const onBothSides = (settings: LineChanges) => fromWire(toWire(settings));
const asText = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : value;

describe("to the portal's words and back", () => {
  it.each(LINE_FIELD_NAMES)("is the same for every legal value: %s", (name) => {
    fc.assert(
      fc.property(legalValue(name), (value) => {
        expect(onBothSides({ [name]: value })).toEqual({ [name]: value });
        // The portal answers text.
        const wire = Object.fromEntries(
          Object.entries(toWire({ [name]: value })).map(([key, one]) => [key, asText(one)]),
        );
        expect(fromWire(wire)).toEqual({ [name]: value });
      }),
      { numRuns: 60 },
    );
  });

  it("understands the forms that the portal itself has", () => {
    expect(
      fromWire({
        WORKTIME_FROM: "0",
        WORKTIME_TO: "23.59",
        WORKTIME_DAYOFF: [""],
        WORKTIME_HOLIDAYS: ["1.01", "31.12"],
        KPI_FIRST_ANSWER_LIST: null,
        KPI_FURTHER_ANSWER_LIST: { "1": "7", "4": "9" },
        KPI_FIRST_ANSWER_TEXT: "&lt;#OPERATOR#&gt; &amp;amp;",
        WELCOME_MESSAGE_TEXT: "Hello[br]there\r\nyou",
        DEFAULT_OPERATOR_DATA: [],
        QUICK_ANSWERS_IBLOCK_ID: "0",
        LANGUAGE_ID: "de",
        QUEUE_USERS_FIELDS: {
          "27": { USER_NAME: null, USER_WORK_POSITION: null, USER_AVATAR: null, USER_AVATAR_ID: "0" },
          "103": { USER_NAME: "Anna", USER_WORK_POSITION: null, USER_AVATAR: "", USER_AVATAR_ID: 312 },
        },
      }),
    ).toEqual({
      opens: "00:00",
      closes: "23:59",
      daysOff: [],
      holidays: ["01.01", "31.12"],
      firstAnswerTellsWhom: [],
      furtherAnswerTellsWhom: ["7", "9"],
      firstAnswerNotice: "<#OPERATOR#> &amp;",
      greeting: "Hello\nthere\nyou",
      hiddenAs: { name: "", avatar: "", avatarId: "" },
      cannedReplies: null,
      language: "de",
      agents: [{ person: "103", name: "Anna", position: "", avatar: "", avatarId: "312" }],
    });
    expect(fromWire({ WORKTIME_FROM: "18.3", WORKTIME_TO: "9.05" })).toEqual({ opens: "18:30", closes: "09:05" });
  });

  it("leaves out what it does not understand, and nothing else", () => {
    const raw = { ACTIVE: "?", QUEUE_TYPE: "by-moon", MAX_CHAT: "many", WORKTIME_FROM: "25", LINE_NAME: "Sales" };
    expect(fromWire(raw)).toEqual({ name: "Sales" });
    // A list of which a part is not understood would come back without that part.
    const lists = {
      KPI_FIRST_ANSWER_LIST: ["7", "group_3"],
      WORKTIME_DAYOFF: ["SA", "XX"],
      WORKTIME_HOLIDAYS: ["01.01", "Easter"],
      QUEUE: [
        { ENTITY_TYPE: "user", ENTITY_ID: "1" },
        { ENTITY_TYPE: "group", ENTITY_ID: "2" },
      ],
    };
    expect(fromWire(lists)).toEqual({});
  });
});

describe("what may be written", () => {
  it.each([
    ["name", " ", "required"],
    ["queue", [], "required"],
    ["queue", [{ kind: "person", id: "x" }], "wrong"],
    ["holidays", ["31.02"], "wrong"],
    ["holidays", ["01.01", "01.01"], "wrong"],
    ["forwardAfter", 9, "too-small"],
    ["forwardAfter", 43_201, "too-large"],
    ["forwardAfter", 1.5, "wrong"],
    ["opens", "23:31", "too-large"],
    ["opens", "9:00", "wrong"],
    ["widgetAsks", "x".repeat(101), "too-long"],
    ["language", "deu", "wrong"],
    ["bot", "0", "wrong"],
    ["distribution", "by-moon", "wrong"],
  ] as const)("refuses %s = %j: %s", (name, value, why) => {
    expect(illegal(name, value)).toBe(why);
  });

  it("refuses a day that ends before it begins, judged with what stays as it is", () => {
    const now: LineChanges = { opens: "09:00", closes: "18:00" };
    expect(illegalIn({ closes: "09:00" }, now)).toEqual([{ field: "closes", why: "too-small" }]);
    expect(illegalIn({ opens: "18:00" }, now)).toEqual([{ field: "closes", why: "too-small" }]);
    expect(illegalIn({ opens: "18:00", closes: "20:00" }, now)).toEqual([]);
    expect(illegalIn({ greets: true }, { opens: "20:00", closes: "08:00" })).toEqual([]);
  });

  it("refuses a bot, a consent and a form without which one", () => {
    expect(illegalIn({ botFirst: true }, { bot: null })).toEqual([{ field: "bot", why: "required" }]);
    expect(illegalIn({ consent: null }, { asksConsent: true, consent: "3" })).toEqual([
      { field: "consent", why: "required" },
    ]);
    expect(illegalIn({ usesForm: true, form: "5" }, { form: null })).toEqual([]);
    expect(illegalIn({ greets: true }, { botFirst: true, bot: null })).toEqual([]);
  });

  it("writes beside a change what the portal takes only together, as it stands", () => {
    const now: LineChanges = {
      opens: "09:00",
      closes: "18:00",
      botFirst: true,
      bot: "5",
      botHandsOverAfter: 60,
      botLeaves: "close",
    };
    expect(withCompanions({ closes: "20:00" }, now)).toEqual({ opens: "09:00", closes: "20:00" });
    expect(withCompanions({ botHandsOverAfter: 90 }, now)).toEqual({
      botFirst: true,
      bot: "5",
      botHandsOverAfter: 90,
      botLeaves: "close",
    });
    expect(withCompanions({ greets: true }, now)).toEqual({ greets: true });
    const queue = [{ kind: "person" as const, id: "7" }];
    const agents = [{ person: "7", name: "Anna", position: "", avatar: "", avatarId: "" }];
    expect(withCompanions({ queue }, { ...now, queue: [], agents })).toEqual({ queue, agents });
    expect(withCompanions({ agents: [] }, { ...now, queue, agents })).toEqual({ queue, agents: [] });
  });
});

describe("corrections", () => {
  const whole = { plan: true, noLeads: false };
  /** What a portal keeps of it. */
  const kept = (asked: LineChanges, limits: typeof whole): LineChanges => {
    // Beside what is corrected word by word.
    const { QUEUE, QUEUE_USERS_FIELDS, ...rest } = toWire(asked);
    const people = Object.entries({ QUEUE, QUEUE_USERS_FIELDS }).filter(([, value]) => value !== undefined);
    return fromWire({ ...correctedSettings(rest, limits), ...Object.fromEntries(people) });
  };

  it("are none of what is legal, where the plan has everything", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const asked =
          settings.botFirst === false
            ? pick(
                settings,
                LINE_FIELD_NAMES.filter((name) => !name.startsWith("bot")),
              )
            : settings;
        expect(correctionsOf(asked, kept(asked, whole), {})).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("tell the plan's limits, whatever else was written", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const asked = { ...settings, botFirst: true, distribution: "all", hasHours: true, rates: true } as const;
        expect(correctionsOf(asked, kept(asked, { ...whole, plan: false }), {})).toEqual([
          { field: "distribution", asked: "all", kept: "evenly", why: "plan" },
          { field: "hasHours", asked: true, kept: false, why: "plan" },
          { field: "rates", asked: true, kept: false, why: "plan" },
        ]);
      }),
      { numRuns: 50 },
    );
  });

  it("tell that the CRM works without leads", () => {
    const asked = { creates: "lead" } as const;
    expect(correctionsOf(asked, kept(asked, { ...whole, noLeads: true }), {})).toMatchObject([{ why: "crm-mode" }]);
  });

  it("tell forms that the portal puts back, cuts and ignores", () => {
    const before: LineChanges = { opens: "10:00", closes: "19:00", consent: null, greeting: "Hi" };
    expect(
      correctionsOf({ opens: "10:00", closes: "20:00" }, { ...before, opens: "09:00", closes: "18:30" }, before),
    ).toEqual([
      { field: "opens", asked: "10:00", kept: "09:00", why: "reset" },
      { field: "closes", asked: "20:00", kept: "18:30", why: "reset" },
    ]);
    expect(correctionsOf({ closes: "20:00" }, { ...before, closes: "23:59" }, before)).toMatchObject([
      { why: "bounds" },
    ]);
    expect(correctionsOf({ consent: "3" }, before, before)).toMatchObject([{ why: "ignored" }]);
    expect(correctionsOf({ greeting: "Hello you" }, { greeting: "Hello" }, before)).toMatchObject([
      { why: "too-long" },
    ]);
    expect(correctionsOf({ greeting: "Hello" }, { greeting: "Servus" }, before)).toMatchObject([{ why: "other" }]);
    expect(correctionsOf({ greeting: "Hello" }, {}, before)).toMatchObject([{ kept: undefined, why: "unreadable" }]);
    expect(correctionsOf({ holidays: ["01.01"] }, { holidays: [] }, { holidays: ["02.01"] })).toMatchObject([
      { why: "reset" },
    ]);
  });

  it("do not mind the order of what has none", () => {
    expect(sameValue("daysOff", ["SU", "SA"], ["SA", "SU"])).toBe(true);
    const two = [
      { kind: "person", id: "1" },
      { kind: "person", id: "2" },
    ];
    expect(sameValue("queue", two, two.toReversed())).toBe(false);
    // Out of a database, which orders the parts of an object by itself.
    expect(sameValue("queue", [{ kind: "person", id: "1" }], [{ id: "1", kind: "person" }])).toBe(true);
    expect(sameValue("queue", [{ kind: "person", id: "1" }], [{ id: "2", kind: "person" }])).toBe(false);
    expect(sameValue("hiddenAs", undefined, undefined)).toBe(true);
    expect(sameValue("hiddenAs", undefined, { name: "", avatar: "", avatarId: "" })).toBe(false);
  });
});

it("gives every field of the portal one name", () => {
  const wires = LINE_FIELD_NAMES.map((name) => LINE_FIELDS[name].wire);
  expect(new Set(wires).size).toBe(wires.length);
});
