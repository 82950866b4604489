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

/** What a line answers a rating with that it asked for by itself (`VOTE_MESSAGE_2_LIKE`, `_DISLIKE`); BBCode. */
export interface LineVoteTexts {
  /** It asks at all (`VOTE_MESSAGE`). */
  readonly asks: boolean;
  readonly liked: string;
  readonly disliked: string;
}

export interface LineSettings {
  crm(line: string): Promise<PortalOutcome<LineCrmNow>>;
  /** Ids of the people in its queue, those who are not at work as well (`imopenlines.config.get`). */
  operators(line: string): Promise<PortalOutcome<readonly string[]>>;
  /** `imopenlines.config.get`. */
  voteTexts(line: string): Promise<PortalOutcome<LineVoteTexts>>;
  /** `imopenlines.config.update`, then read back. */
  setCrm(line: string, wanted: Partial<LineCrm>): Promise<PortalOutcome<LineCrmNow>>;
}
