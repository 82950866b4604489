import fc from "fast-check";
import {
  LINE_FIELD_NAMES,
  LINE_FIELDS,
  type LineChanges,
  type LineFieldName,
  type LineFieldSpec,
  WEEKDAYS,
} from "../../../src/domain/line-settings/fields.ts";
import { illegal } from "../../../src/domain/line-settings/legal.ts";

const twoDigits = (value: number) => String(value).padStart(2, "0");
const anyId = fc.integer({ min: 1, max: 999_999_999 }).map(String);
const anyDay = fc
  .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 12 }))
  .map(([day, month]) => `${twoDigits(day)}.${twoDigits(month)}`);

/** Any value of a field that may be written. */
export function legalValue(name: LineFieldName): fc.Arbitrary<unknown> {
  const spec: LineFieldSpec = LINE_FIELDS[name];
  return anyOf(name, spec).filter((value) => illegal(name, value) === undefined);
}

function anyOf(name: LineFieldName, spec: LineFieldSpec): fc.Arbitrary<unknown> {
  switch (spec.kind) {
    case "flag":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...spec.options);
    case "text":
      return fc.string({ unit: "grapheme", maxLength: Math.min(spec.most, 120) });
    case "number":
      return fc.integer({ min: spec.least, max: spec.most });
    case "code":
      return name === "source" ? fc.constantFrom("create", "WEB", "CALL") : fc.stringMatching(spec.pattern);
    case "id":
      return fc.option(anyId);
    case "clock":
      return fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
        .map(([hour, minute]) => `${twoDigits(hour)}:${twoDigits(minute)}`);
    case "weekdays":
      return fc.uniqueArray(fc.constantFrom(...WEEKDAYS));
    case "holidays":
      return fc.uniqueArray(anyDay, { maxLength: 20 });
    case "people":
      return fc.uniqueArray(anyId, { maxLength: 20 });
    case "queue":
      return fc.uniqueArray(fc.record({ kind: fc.constantFrom("person", "department"), id: anyId }), {
        minLength: 1,
        maxLength: 20,
        selector: ({ kind, id }) => `${kind} ${id}`,
      });
    case "entry":
      return fc.record({
        name: fc.string({ maxLength: 100 }),
        avatar: fc.webUrl(),
        avatarId: fc.oneof(fc.constant(""), anyId),
      });
    case "agents":
      return (
        fc
          .uniqueArray(
            fc.record({
              person: anyId,
              name: fc.string({ maxLength: 100 }),
              position: fc.string({ maxLength: 100 }),
              avatar: fc.oneof(fc.constant(""), fc.webUrl()),
              avatarId: fc.oneof(fc.constant(""), anyId),
            }),
            { maxLength: 20, selector: ({ person }) => person },
          )
          // A map of PHP's with whole numbers for keys comes back in their order.
          .map((agents) => agents.toSorted((a, b) => Number(a.person) - Number(b.person)))
      );
  }
}

/** Legal values of all fields, working hours that make a day among them. */
export const anySettings: fc.Arbitrary<LineChanges> = fc
  .record(Object.fromEntries(LINE_FIELD_NAMES.map((name) => [name, legalValue(name)])))
  .filter(({ opens, closes }) => String(opens) < String(closes)) as fc.Arbitrary<LineChanges>;
