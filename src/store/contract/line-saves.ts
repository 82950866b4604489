import type { PortalId } from "../../domain/ids.ts";
import type { LineChanges } from "../../domain/line-settings/fields.ts";

/** Settings of an open line that were saved here. */
export interface LineSave {
  readonly id: string;
  readonly savedBy: string;
  readonly savedAt: Date;
  /** The changed settings as they were before it. One that could not be read then is not there. */
  readonly before: LineChanges;
  /** The same as they were read back after it. */
  readonly after: LineChanges;
}

/**
 * What was saved of open lines here, newest last, so that it can be taken back step by step. The newest ten of a line, and none
 * that is older than ninety days: a line itself is the portal's, and this is no history of it. Times are the database's.
 */
export interface LineSaveRepository {
  keep(portal: PortalId, line: string, save: Pick<LineSave, "savedBy" | "before" | "after">): Promise<void>;
  last(portal: PortalId, line: string): Promise<LineSave | undefined>;
  /** It was taken back. `false`: it was not there. */
  drop(portal: PortalId, line: string, id: string): Promise<boolean>;
  /** The line is gone. */
  forget(portal: PortalId, line: string): Promise<void>;
}
