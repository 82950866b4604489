import type { ProviderStatus } from "../../domain/provider-message.ts";
import type { PortalOutcome } from "../contract.ts";

/** A message provider as the portal's people see it. */
export interface ProviderRegistration {
  /** a-z, A-Z, 0-9, dot, hyphen, underscore. */
  readonly code: string;
  readonly name: string;
  /** By language (two letters). */
  readonly description: Readonly<Record<string, string>>;
  /** Where the portal sends what is to be sent. */
  readonly handler: string;
}

/** `messageservice.*`: an administrator's, in the application's own context. */
export interface MessageProviders {
  /** Codes of this application's own providers. */
  list(): Promise<PortalOutcome<readonly string[]>>;
  add(provider: ProviderRegistration): Promise<PortalOutcome<void>>;
  update(provider: ProviderRegistration): Promise<PortalOutcome<void>>;
  remove(code: string): Promise<PortalOutcome<void>>;
  /** Those of one message leave in the order in which they are told. Repeatable. */
  tell(code: string, messageKey: string, status: ProviderStatus): Promise<PortalOutcome<void>>;
}
