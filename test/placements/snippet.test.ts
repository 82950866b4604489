import { expect, test } from "vitest";
import { snippetOf } from "../../placements/shared/chat/find/snippet.ts";

const shown = (text: string, asked: string) =>
  snippetOf(text, asked)
    .map(({ text: part, hit }) => (hit ? `[${part}]` : part))
    .join("");

test("shows the words where they stand, however they are written", () => {
  expect(shown("Is the Oak table there?", "oak TABLE")).toBe("Is the [Oak] [table] there?");
  expect(shown("Costs 5 (five) euro.", "(five)")).toBe("Costs 5 [(five)] euro.");
  expect(shown("Nothing of it", "plan.pdf")).toBe("Nothing of it");
});

test("begins a little before the first of them, and tells that it does not stand at the beginning or go to the end", () => {
  const long = `${"before ".repeat(40)}table ${"after ".repeat(40)}`;
  const part = shown(long, "table");
  expect(part).toMatch(/^….{25,32}\[table\] after .*…$/s);
  expect(part.length).toBeLessThan(130);
});

test("a letter whose small form is longer moves nothing", () => {
  expect(shown("İİİİ table", "table")).toBe("İİİİ [table]");
});
