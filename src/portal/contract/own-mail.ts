import type { PortalOutcome } from "../contract.ts";

/** The portal's own mail program, as one employee sees it. */
export interface OwnMail {
  /** Whether it reads the mailbox with this address. The application needs the permission `mail` for it. */
  reads(address: string): Promise<PortalOutcome<boolean>>;
}
