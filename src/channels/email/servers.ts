/** Where a mailbox lies, as far as it is known. Types only. */

export type Security = "tls" | "starttls" | "none";

export interface ServerPlace {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
}

/** One guess of many: tried until one takes the sign-in. */
export interface MailServers {
  readonly imap: ServerPlace;
  readonly smtp?: ServerPlace;
  readonly user: string;
  /** Who runs it, where we know: for what to do when it takes no password. */
  readonly provider?: string;
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();
