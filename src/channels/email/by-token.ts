import type { ConnectionState } from "../../domain/account.ts";
import type { SignInVendor, TokenSource } from "../contract/vendor-sign-in.ts";
import type { PublicHosts } from "../shared/public-hosts.ts";
import type { MailboxSettings } from "./about.ts";
import type { BoxOpened } from "./by-password.ts";
import { type Opened, openConnection } from "./connection.ts";
import { withTyped } from "./discover.ts";
import { stateOf } from "./failures.ts";
import { type Provider, providerNamed } from "./providers.ts";
import type { SenderBox } from "./send.ts";
import type { MailServers } from "./servers.ts";

/**
 * Mailboxes that are opened by tokens of Google or Microsoft (XOAUTH2). A token goes to the vendor's own servers only, or to one
 * that the operator has named: whoever can change an account's settings shall not get it by typing a server of their own.
 *
 * A token that is refused is renewed once, and tried once more.
 */
export interface TokenAccess {
  readonly tokens: TokenSource;
  readonly vendors: readonly SignInVendor[];
  readonly settings: MailboxSettings;
  readonly hosts: PublicHosts;
}

const AGAIN_MS = 30_000;

/** Vendor of the sign-in -> provider of the servers. */
const PROVIDERS: Readonly<Record<string, string>> = { google: "gmail", microsoft: "microsoft" };

export const providerOfVendor = (vendor: string): Provider | undefined => providerNamed(PROVIDERS[vendor]);
export const vendorOfProvider = (provider: string | undefined): string | undefined =>
  Object.keys(PROVIDERS).find((vendor) => PROVIDERS[vendor] === provider);

export async function openByToken(access: TokenAccess, signal: AbortSignal): Promise<BoxOpened> {
  const { tokens, vendors, settings, hosts } = access;
  const closed = (kind: ConnectionState["kind"], sentence: string): BoxOpened => ({
    kind: "closed",
    state: { kind, sentence },
  });
  const first = await tokens.token();
  if (first.kind === "gone") return closed("bad-credentials", first.sentence);
  if (first.kind === "later") return closed("transient-disconnect", first.sentence);
  const vendor = vendors.find(({ id }) => id === first.vendor);
  const provider = providerOfVendor(first.vendor);
  if (!vendor || !provider)
    return closed("bad-credentials", "This server does not know this sign-in any more. Sign in again.");
  const judged = vendor.judge(first.who, settings);
  if (judged.kind === "other") return closed("bad-credentials", judged.sentence);
  const servers = serversOf(provider, first.who, settings);
  const foreign = [servers.imap, ...(servers.smtp ? [servers.smtp] : [])].find(
    ({ host }) => !isTheirs(provider, host) && !hosts.isListed(host),
  );
  if (foreign)
    return closed(
      "failed",
      `A sign-in at ${vendor.title} is given to servers of ${vendor.title} only, and not to ${foreign.host}. Empty the servers in the settings of the mailbox.`,
    );
  const open = (token: string): Promise<Opened> => openConnection([servers], { kind: "token", token }, hosts, signal);
  const refused = refusedOf(vendor, servers.user, first.who);
  const box = { refused, signIn: senderOf(tokens, servers.user) };
  const opened = await open(first.token);
  if (opened.kind === "open") return { ...opened, ...box };
  if (opened.failure.kind !== "refused") return { kind: "closed", state: stateOf(opened.failure, servers, false) };
  const second = await tokens.token(first.token);
  if (second.kind === "gone") return closed("bad-credentials", second.sentence);
  if (second.kind === "later") return closed("transient-disconnect", second.sentence);
  const again = await open(second.token);
  if (again.kind === "open") return { ...again, ...box };
  if (again.failure.kind !== "refused") return { kind: "closed", state: stateOf(again.failure, servers, false) };
  return closed("bad-credentials", refused);
}

/** For each letter the token as it stands then. */
const senderOf =
  (tokens: TokenSource, user: string): SenderBox["signIn"] =>
  async (rejected) => {
    const now = await tokens.token(rejected);
    if (now.kind === "token") return { kind: "token", user, token: now.token };
    if (now.kind === "later")
      return { kind: "down", outcome: { kind: "retry", afterMs: AGAIN_MS, sentence: now.sentence } };
    const connection = { kind: "bad-credentials", sentence: now.sentence } as const;
    return { kind: "down", outcome: { kind: "account-down", connection } };
  };

/**
 * Google knows a mailbox by its main address, which may be another one than people write to; Microsoft wants the address of the
 * box that is to be opened, which may be another one than who signed in (shared mailboxes).
 */
function serversOf(provider: Provider, who: string, settings: MailboxSettings): MailServers {
  const user = provider.id === "gmail" ? who : settings.address;
  return withTyped({ provider: provider.id, imap: provider.imap, smtp: provider.smtp, user }, settings);
}

const isTheirs = ({ imap, smtp }: Provider, host: string): boolean => host === imap.host || host === smtp.host;

/** What to look at when a vendor's server takes a good token and lets nobody in. */
function refusedOf({ id, title }: SignInVendor, user: string, who: string): string {
  if (id === "microsoft")
    return `Microsoft does not let ${who} into ${user} by a mail program. An administrator of the company should look whether IMAP and “Authenticated SMTP” are switched on for the mailbox, and whether ${who} has full access to it; then sign in again.`;
  return `${title} does not let ${who} into ${user} by a mail program. In a company its administrator has to allow IMAP and this application; then sign in again.`;
}
