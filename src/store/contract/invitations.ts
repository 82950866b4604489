import type { PortalId } from "../../domain/ids.ts";

/** An employee was asked to connect a box of their own. */
export interface BoxInvitation {
  readonly id: string;
  readonly portal: PortalId;
  /** Whose box it is; they alone may follow it. */
  readonly user: string;
  readonly channel: string;
  /** In small letters. */
  readonly address: string;
  /** Whoever asked them last. */
  readonly by: string;
  readonly sentAt: Date;
  readonly expiresAt: Date;
}

export interface InvitationRepository {
  /** Once for an employee and an address: who is asked again has the same one, for longer. */
  send(
    portal: PortalId,
    invitation: Pick<BoxInvitation, "user" | "channel" | "address" | "by" | "expiresAt">,
  ): Promise<BoxInvitation>;
  find(portal: PortalId, id: string): Promise<BoxInvitation | undefined>;
  /** Also those that have expired; the latest first. */
  list(portal: PortalId): Promise<readonly BoxInvitation[]>;
  /** `false`: it was not there. */
  drop(portal: PortalId, id: string): Promise<boolean>;
}
