import type { PortalId } from "../../domain/ids.ts";

/** What stands below a person's letters, as a Liquid template. */
export interface SignatureRepository {
  of(portal: PortalId, userId: string): Promise<string | undefined>;
  /** Empty: none any more. */
  put(portal: PortalId, userId: string, template: string): Promise<void>;
}
