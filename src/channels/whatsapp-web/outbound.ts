import { type Changes, createChanges } from "./changes.ts";
import { createLine } from "./line.ts";
import { createLookups, type Lookups } from "./lookups.ts";
import { LINE_MS, type OutboundTools } from "./outbound-tools.ts";
import { createSend, type Send } from "./sending.ts";

/** Everything that goes out over one account stands in one line. */
export interface Outbound extends Changes, Lookups {
  readonly send: Send;
  /** Nothing more is let in; what only waits is answered. */
  stopTaking(): void;
}

export function createOutbound(given: Omit<OutboundTools, "line">): Outbound {
  const line = createLine(LINE_MS);
  const tools: OutboundTools = { ...given, line };
  return {
    send: createSend(tools),
    ...createChanges(tools),
    ...createLookups(tools),
    stopTaking: () => line.close(),
  };
}
