import type { ConnectionState } from "../../domain/account.ts";
import type { SessionHost } from "../contract/sessions.ts";
import type { MailboxSettings } from "./about.ts";
import { type Opened, openConnection } from "./connection.ts";
import { type DiscoverTools, findServers } from "./discover.ts";
import { stateOf } from "./failures.ts";
import { createKnown } from "./known.ts";
import { providerNamed } from "./providers.ts";
import type { SenderBox } from "./send.ts";

/** An open mailbox, and how letters are sent from it; or why it is not open. */
export type BoxOpened =
  | (Extract<Opened, { kind: "open" }> & Pick<SenderBox, "refused" | "signIn">)
  | { readonly kind: "closed"; readonly state: ConnectionState };

/** Opens a mailbox by a password: at the servers that took it last, else at those that are found. */
export async function openByPassword(
  tools: DiscoverTools,
  host: Pick<SessionHost, "memory">,
  settings: MailboxSettings,
  password: string,
  signal: AbortSignal,
): Promise<BoxOpened> {
  const known = createKnown(host.memory, settings);
  const kept = await known.servers();
  const candidates = kept ? [kept] : await findServers(tools, settings, signal);
  const provider = providerNamed(candidates[0]?.provider);
  if (provider?.noPasswords) return { kind: "closed", state: { kind: "bad-credentials", sentence: provider.refused } };
  const opened = await openConnection(candidates, { kind: "password", password }, tools.hosts, signal);
  if (opened.kind === "failed") {
    const refused = opened.failure.kind === "refused";
    if (kept && !refused && opened.failure.kind !== "busy") await known.forget();
    const again = refused && kept !== undefined && (await known.isFirstRefusal());
    return { kind: "closed", state: stateOf(opened.failure, opened.servers, again) };
  }
  if (!signal.aborted) await known.took(opened.servers);
  const { user, provider: name } = opened.servers;
  return {
    ...opened,
    refused:
      providerNamed(name)?.refused ??
      "Check the user name and the password in the mailbox's settings; some providers want a password made for mail programs.",
    signIn: () => Promise.resolve({ kind: "password", user, password }),
  };
}
