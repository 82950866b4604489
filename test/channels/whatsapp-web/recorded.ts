import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { z } from "zod";

/**
 * Events as the library gives them: objects made by its own classes, from what WhatsApp's page hands to it
 * (`test/fixtures/whatsapp-web/events.json`).
 */

const caseSchema = z.object({
  name: z.string(),
  event: z.string(),
  as: z.enum(["Message", "Call", "Reaction", "GroupNotification"]),
  page: z.record(z.string(), z.unknown()),
  more: z.array(z.unknown()).default([]),
});

export type RecordedEvent = z.infer<typeof caseSchema>;

export const recordedEvents: readonly RecordedEvent[] = z
  .array(caseSchema)
  .parse(JSON.parse(readFileSync(new URL("../../fixtures/whatsapp-web/events.json", import.meta.url), "utf8")));

type Structure = new (client: object, page: object) => object;

const structures = z
  .record(
    z.string(),
    z.custom<Structure>((value) => typeof value === "function"),
  )
  .parse(createRequire(import.meta.url)("whatsapp-web.js/src/structures"));

export function recorded(name: string): RecordedEvent {
  const found = recordedEvents.find((one) => one.name === name);
  if (!found) throw new Error(`no recorded event is called ${name}`);
  return found;
}

/** The event's arguments. `page`: fields that differ this time. */
export function made({ as, page, more }: RecordedEvent, changes: Readonly<Record<string, unknown>> = {}) {
  const Structure = structures[as];
  if (!Structure) throw new Error(`the library has no ${as}`);
  return [new Structure({}, { ...page, ...changes }), ...more] as const;
}
