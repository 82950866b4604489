import type { OwnLineAnswer } from "../../../src/api/own-line.ts";

export type Draft = Omit<OwnLineAnswer, "changedAt" | "people">;
