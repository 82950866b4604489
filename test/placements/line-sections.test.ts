import { expect, it } from "vitest";
import { SECTION_NAMES, sectionOf, shownIn } from "../../placements/settings/lines/sections.ts";
import { LINE_FIELD_NAMES } from "../../src/domain/line-settings/fields.ts";

it("shows every setting of a line in one part of the page", () => {
  const shown = SECTION_NAMES.flatMap((section) => shownIn(section).map(({ field }) => field));
  expect(shown.toSorted()).toEqual([...LINE_FIELD_NAMES].toSorted());
  expect(sectionOf("opens")).toBe("hours");
});

it("hides what means nothing as the others are, and nothing that could not be read", () => {
  const isShown = (field: string, draft: object) =>
    SECTION_NAMES.flatMap((section) => shownIn(section))
      .find((one) => one.field === field)
      ?.when?.(draft) ?? true;
  expect(isShown("pipeline", { creates: "lead" })).toBe(false);
  expect(isShown("pipeline", { creates: "deal" })).toBe(true);
  expect(isShown("pipeline", { creates: "deal", searchesCrm: false })).toBe(false);
  expect(isShown("opens", { hasHours: false })).toBe(false);
  expect(isShown("opens", {})).toBe(true);
  expect(isShown("limitIgnores", { maxChats: 0 })).toBe(false);
  expect(isShown("firstAnswerNotice", { firstAnswerWithin: 0, firstAnswerTells: true })).toBe(false);
});
