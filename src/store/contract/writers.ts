import type { PortalId } from "../../domain/ids.ts";

/** Somebody who writes in lines: an employee, or a bot. */
export interface LineWriter {
  readonly isPerson: boolean;
  readonly name?: string;
}

interface KnownWriter extends LineWriter {
  readonly toldAt: Date;
}

/** Who is a bot, as the portal told. The one place for everybody who asks. */
export interface WriterRepository {
  known(portal: PortalId, ids: readonly string[]): Promise<ReadonlyMap<string, KnownWriter>>;
  keep(portal: PortalId, writers: ReadonlyMap<string, LineWriter>): Promise<void>;
  /** All that are known, by their ids. */
  bots(portal: PortalId): Promise<ReadonlyMap<string, LineWriter>>;
}
