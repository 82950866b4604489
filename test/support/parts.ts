import type { Capabilities } from "../../src/channels/contract/capabilities.ts";

/** Of a channel that takes nothing but what a test says. */
export const NO_PARTS: Capabilities["parts"] = {
  formatting: { in: "impossible", out: "impossible" },
  photo: { in: "impossible", out: "impossible" },
  video: { in: "impossible", out: "impossible" },
  voice: { in: "impossible", out: "impossible" },
  file: { in: "impossible", out: "impossible" },
  album: { in: "impossible", out: "impossible" },
  sticker: { in: "impossible", out: "impossible" },
  location: { in: "impossible", out: "impossible" },
  contact: { in: "impossible", out: "impossible" },
  quote: { in: "impossible", out: "impossible" },
  reaction: { in: "impossible", out: "impossible" },
  edit: { in: "impossible", out: "impossible" },
  delete: { in: "impossible", out: "impossible" },
  forwarded: { in: "impossible", out: "impossible" },
  buttons: { in: "impossible", out: "impossible" },
  template: { in: "impossible", out: "impossible" },
  notice: { in: "impossible", out: "impossible" },
};

const FULL = { in: "full", out: "full" } as const;

/** Of a channel that takes everything. */
export const ALL_PARTS: Capabilities["parts"] = {
  formatting: FULL,
  photo: FULL,
  video: FULL,
  voice: FULL,
  file: FULL,
  album: FULL,
  sticker: FULL,
  location: FULL,
  contact: FULL,
  quote: FULL,
  reaction: FULL,
  edit: FULL,
  delete: FULL,
  forwarded: FULL,
  buttons: FULL,
  template: FULL,
  notice: FULL,
};
