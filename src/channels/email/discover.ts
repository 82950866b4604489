import type { SrvRecord } from "node:dns";
import { Resolver } from "node:dns/promises";
import { download } from "../shared/download.ts";
import type { PublicHosts } from "../shared/public-hosts.ts";
import type { MailboxSettings } from "./about.ts";
import { readAutoconfig } from "./autoconfig.ts";
import { type Provider, providerOfDomain, providerOfExchanger } from "./providers.ts";
import { domainOf, type MailServers, type Security, type ServerPlace } from "./servers.ts";

/**
 * Finds a mailbox's servers by its address: what was typed; else the known provider of its domain, or of its mail exchanger;
 * else what the domain itself tells (Mozilla's autoconfig over https, then SRV records, RFC 6186); else the usual names.
 *
 * Reading only and total: what does not answer, answers too late or tells nonsense is passed over. Whatever a foreign file
 * names is judged again when a connection is opened to it (`public-hosts.ts`), and none of it is used without encryption.
 */
export interface DiscoverTools {
  readonly hosts: PublicHosts;
  readonly resolver: NameResolver;
  /** The text behind an https address; `undefined`: there is none. */
  readonly fetchText: (url: string, signal: AbortSignal) => Promise<string | undefined>;
}

export interface NameResolver {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>;
  resolveSrv(name: string): Promise<readonly Pick<SrvRecord, "name" | "port" | "priority">[]>;
}

/** Candidates, the best first; never empty. */
export async function findServers(
  tools: DiscoverTools,
  settings: MailboxSettings,
  signal: AbortSignal,
): Promise<readonly MailServers[]> {
  const { address } = settings;
  const found = await search(tools, address, settings.imapHost !== "", signal);
  const own = typed(settings);
  const all = own.imap ? [asTyped(own.imap, found[0], address)] : found;
  return all.map((servers) => ({
    ...servers,
    ...(own.smtp && { smtp: own.smtp }),
    ...(settings.user !== "" && { user: settings.user }),
  }));
}

/** Another server than the provider's own (a gateway, say) has ways of its own. */
function asTyped(imap: ServerPlace, found: MailServers | undefined, user: string): MailServers {
  const isTheirs = found?.imap.host === imap.host;
  return isTheirs ? { ...found, imap, user } : { imap, user, ...(found?.smtp && { smtp: found.smtp }) };
}

/** Servers that are known, as far as no others were typed. */
export function withTyped(known: MailServers, settings: MailboxSettings): MailServers {
  const own = typed(settings);
  return {
    ...known,
    ...(own.imap && { imap: own.imap }),
    ...(own.smtp && { smtp: own.smtp }),
    ...(settings.user !== "" && { user: settings.user }),
  };
}

/** Who runs the box with this address: by its domain, else by the server that takes the domain's mail. */
export async function findProvider(
  { resolver }: Pick<DiscoverTools, "resolver">,
  address: string,
): Promise<Provider | undefined> {
  const domain = domainOf(address);
  return providerOfDomain(domain) ?? providerOf(await quiet(resolver.resolveMx(domain), []));
}

async function search(
  tools: DiscoverTools,
  address: string,
  isTyped: boolean,
  signal: AbortSignal,
): Promise<readonly MailServers[]> {
  const domain = domainOf(address);
  const known = providerOfDomain(domain);
  if (known) return [ofProvider(known, address)];
  if (isTyped) return [];
  const [exchangers, told, service] = await Promise.all([
    quiet(tools.resolver.resolveMx(domain), []),
    autoconfig(tools, address, signal),
    srv(tools, address),
  ]);
  const provider = providerOf(exchangers);
  if (provider) return [ofProvider(provider, address)];
  return [...told, ...service, ...guesses(address)];
}

function providerOf(exchangers: Awaited<ReturnType<NameResolver["resolveMx"]>>): Provider | undefined {
  const [first] = exchangers.toSorted((a, b) => a.priority - b.priority);
  return first && providerOfExchanger(first.exchange);
}

const ofProvider = ({ id, imap, smtp }: Provider, user: string): MailServers => ({ provider: id, imap, smtp, user });

function typed(settings: MailboxSettings): { readonly imap?: ServerPlace; readonly smtp?: ServerPlace } {
  const imap = placeOf(settings.imapHost, settings.imapPort, settings.imapSecurity, {
    tls: 993,
    starttls: 143,
    none: 143,
  });
  const smtp = placeOf(settings.smtpHost, settings.smtpPort, settings.smtpSecurity, {
    tls: 465,
    starttls: 587,
    none: 25,
  });
  return { ...(imap && { imap }), ...(smtp && { smtp }) };
}

function placeOf(
  host: string,
  port: number,
  wanted: Security | "",
  usual: Readonly<Record<Security, number>>,
): ServerPlace | undefined {
  if (host === "") return undefined;
  const usually = port === usual.starttls || port === 25 ? "starttls" : "tls";
  const security = wanted === "" ? usually : wanted;
  return { host, security, port: port === 0 ? usual[security] : port };
}

/** Over https only: what a plain answer says could be anybody's. */
async function autoconfig(
  { fetchText }: DiscoverTools,
  address: string,
  signal: AbortSignal,
): Promise<readonly MailServers[]> {
  const domain = domainOf(address);
  const places = [
    `https://autoconfig.${domain}/mail/config-v1.1.xml?emailaddress=${encodeURIComponent(address)}`,
    `https://${domain}/.well-known/autoconfig/mail/config-v1.1.xml`,
  ];
  const texts = await Promise.all(places.map((place) => quiet(fetchText(place, signal), undefined)));
  return texts.flatMap((text) => (text === undefined ? [] : readAutoconfig(text, address)));
}

async function srv({ resolver }: DiscoverTools, address: string): Promise<readonly MailServers[]> {
  const domain = domainOf(address);
  const ask = async (service: string, security: Security) =>
    (await quiet(resolver.resolveSrv(`${service}._tcp.${domain}`), []))
      .filter(({ name, port }) => name !== "" && name !== "." && port > 0)
      .toSorted((a, b) => a.priority - b.priority)
      .map(({ name, port }): ServerPlace => ({ host: name.toLowerCase().replace(/\.$/, ""), port, security }));
  const [imaps, imap, submissions, submission] = await Promise.all([
    ask("_imaps", "tls"),
    ask("_imap", "starttls"),
    ask("_submissions", "tls"),
    ask("_submission", "starttls"),
  ]);
  const smtp = submissions[0] ?? submission[0];
  return [...imaps, ...imap].map((place) => ({ imap: place, user: address, ...(smtp && { smtp }) }));
}

function guesses(address: string): readonly MailServers[] {
  const domain = domainOf(address);
  return [`imap.${domain}`, `mail.${domain}`, domain].map((host) => ({
    imap: { host, port: 993, security: "tls" },
    smtp: { host: host.replace(/^imap\./, "smtp."), port: 465, security: "tls" },
    user: address,
  }));
}

async function quiet<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch {
    return otherwise;
  }
}

const SILENCE_MS = 5_000;
const LONGEST_FILE = 64 * 1_024;

/** What the app uses: the system's name servers, and https with the same guard as the mail connection itself. */
export function createDiscoverTools(hosts: PublicHosts): DiscoverTools {
  return {
    hosts,
    resolver: new Resolver({ timeout: 3_000, tries: 2 }),
    async fetchText(url, signal) {
      if (!hosts.mayConnect(new URL(url).hostname)) return undefined;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]);
      const { status, stream } = await download(url, limit, {}, { silenceMs: SILENCE_MS, lookup: hosts.lookup });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of stream) {
        size += (chunk as Buffer).length;
        // Leaving the loop destroys the stream.
        if (status !== 200 || size > LONGEST_FILE) return undefined;
        chunks.push(chunk as Buffer);
      }
      return status === 200 ? Buffer.concat(chunks).toString("utf8") : undefined;
    },
  };
}
