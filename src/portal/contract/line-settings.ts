import type { PortalOutcome } from "../contract.ts";

/** What a line makes by itself, read back after it was written: plan limits and bad values are corrected silently. */
export interface LineCrm {
  readonly searches: boolean;
  readonly creates: "none" | "lead" | "deal";
  readonly tracks: boolean;
}

/** What is only read. */
export interface LineCrmNow extends LineCrm {
  /** The responsible person of the line's own cards follows transfers of the chat (`CRM_TRANSFER_CHANGE`). */
  readonly transfers: boolean;
}

export interface LineSettings {
  crm(line: string): Promise<PortalOutcome<LineCrmNow>>;
  /** Ids of the people in its queue, those who are not at work as well (`imopenlines.config.get`). */
  operators(line: string): Promise<PortalOutcome<readonly string[]>>;
  /** `imopenlines.config.update`, then read back. */
  setCrm(line: string, wanted: Partial<LineCrm>): Promise<PortalOutcome<LineCrmNow>>;
}
