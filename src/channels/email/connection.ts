import { ImapFlow } from "imapflow";
import type { PublicHosts } from "../shared/public-hosts.ts";
import { type MailFailure, mailFailure } from "./failures.ts";
import type { MailServers } from "./servers.ts";

/**
 * Opens the one connection of a box: the first of the candidates that takes the sign-in. Encrypted always; only a host that
 * the operator has named may be spoken to in plain, for a server on the same machine.
 */
export type BoxKey =
  | { readonly kind: "password"; readonly password: string }
  /** XOAUTH2 (or OAUTHBEARER, where the server has it). */
  | { readonly kind: "token"; readonly token: string };

export type Opened =
  | { readonly kind: "open"; readonly client: ImapFlow; readonly servers: MailServers }
  | { readonly kind: "failed"; readonly failure: MailFailure; readonly servers: MailServers };

/** Most of one answer of a server, in bytes: no mail is asked for beyond `WHOLE_MAIL` at once, and lists are short. */
const LONGEST_LITERAL = 32 * 1_024 * 1_024;
const CONNECT_MS = 20_000;
/** Silence inside a command, after which the connection counts as gone. */
const SILENCE_MS = 60_000;

export async function openConnection(
  candidates: readonly MailServers[],
  key: BoxKey,
  hosts: PublicHosts,
  signal: AbortSignal,
): Promise<Opened> {
  const failed: Extract<Opened, { kind: "failed" }>[] = [];
  for (const servers of candidates) {
    const opened = await tryOne(servers, key, hosts, signal);
    if (opened.kind === "open") return opened;
    failed.push(opened);
    if (signal.aborted) break;
  }
  const told = (kind: MailFailure["kind"]) => failed.find(({ failure }) => failure.kind === kind);
  // A server that answered knows more than one that is not there.
  const [first] = failed;
  const worst = told("refused") ?? told("busy") ?? first;
  if (!worst) throw new Error("There was no candidate to connect to");
  return worst;
}

async function tryOne(servers: MailServers, key: BoxKey, hosts: PublicHosts, signal: AbortSignal): Promise<Opened> {
  const { host, port, security } = servers.imap;
  const failed = (failure: MailFailure): Opened => ({ kind: "failed", failure, servers });
  if (!hosts.mayConnect(host)) return failed({ kind: "private" });
  if (security === "none" && !hosts.isListed(host)) return failed({ kind: "untrusted", code: "not encrypted" });
  const client = new ImapFlow({
    host,
    port,
    secure: security === "tls",
    ...(security !== "tls" && { doSTARTTLS: security === "starttls" }),
    auth:
      key.kind === "password"
        ? { user: servers.user, pass: key.password }
        : { user: servers.user, accessToken: key.token },
    tls: { lookup: hosts.lookup },
    logger: false,
    clientInfo: { name: "Threadline" },
    qresync: true,
    // When it may idle is told by our own plan.
    disableAutoIdle: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    maxLiteralSize: LONGEST_LITERAL,
    maxLineLength: LONGEST_LITERAL,
    maxResponseSize: 2 * LONGEST_LITERAL,
  });
  // Whatever breaks it ends its commands too, which tell it; without a listener it would end the process.
  client.on("error", () => undefined);
  const stop = (): void => client.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.connect();
    // Asked for with every mail of every list otherwise, a tenth of what reading lists costs. A folder's own is told anyway.
    client.enabled.delete("CONDSTORE");
    return { kind: "open", client, servers };
  } catch (error) {
    client.close();
    return failed(mailFailure(error));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
