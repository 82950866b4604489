import type { Plural } from "../../texts/plural.ts";

/** Parts of the forms for lines: those of the portal and those of accounts without one. */
export const en = {
  "unit.seconds": "seconds",
  "unit.minutes": "minutes",
  "unit.hours": "hours",
  "unit.days": "days",
  "unit.label": "{label}, unit",
  "duration.whole": "Enter a whole number.",
  "duration.range": "Enter a time between {least} and {most}.",
  "queue.addPerson": "Add a person",
  "queue.addDepartment": "Add a department",
  "queue.found": "People to add to the queue",
  "queue.find": "Find a person",
  "queue.chooseDepartment": "Department to add",
  "queue.up": "Move {name} up",
  "queue.down": "Move {name} down",
  "queue.remove": "Remove {name} from the queue",
  "queue.nobody": "Nobody is in the queue.",
  "queue.person": "Person",
  "queue.department": "Department",
  "queue.gone": "No longer there ({id})",
  "queue.noDepartments": "Departments could not be read from Bitrix24.",
  "days.label": "{label}: {day}",
  "holidays.add": "Add",
  "holidays.date": "Day to add",
  "holidays.remove": "Remove {day}",
  "holidays.none": "No holidays.",
  "zone.choose": "Choose a time zone",
  "text.insert": "Insert",
  "text.left": { one: "{count} character left", other: "{count} characters left" },
} as const satisfies Readonly<Record<string, string | Plural>>;

type Keys = keyof typeof en;
export type LineFormPlural = { [Key in Keys]: (typeof en)[Key] extends string ? never : Key }[Keys];
export type LineFormKey = Exclude<Keys, LineFormPlural>;
