import { Resolver } from "node:dns/promises";
import { domainToASCII } from "node:url";
import { authenticate, type DNSResolver } from "mailauth";

/**
 * Whether a mail comes from the domain that stands in its From, as far as the receiving server can tell without asking anybody
 * but the DNS: a DKIM signature of that domain over the whole body, or SPF for it (RFC 9989, relaxed alignment as its
 * domain's record says; without a record, by the list of public suffixes for DKIM, and the very same domain for SPF).
 * That the domain lets nobody else write as this address is the domain's own promise.
 *
 * The DNS is slow or away: `later`. Somebody lies in it: they could as well receive that domain's mail.
 */
export type Proof =
  | { readonly kind: "proved"; readonly by: "dkim" | "spf" }
  | { readonly kind: "unproved" }
  | { readonly kind: "later" };

export interface ProvedMail {
  readonly source: Buffer;
  /** The address in From: the only one there. */
  readonly from: string;
  /** MAIL FROM. */
  readonly sender: string;
  readonly ip: string;
  readonly helo: string;
}

export interface ProofTools {
  readonly resolve: DNSResolver;
  /** Our own name, for what is said in explanations. */
  readonly name: string;
}

const LONGEST_MS = 20_000;
const ONE_QUESTION_MS = 4_000;

/** @param servers to be asked, as `address` or `address:port`; none: those that this machine asks */
export function createDnsResolver(servers: readonly string[] = []): DNSResolver {
  const resolver = new Resolver({ timeout: ONE_QUESTION_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return async (domain, type) => {
    if (type === "TXT") return await resolver.resolveTxt(domain);
    if (type === "A") return await resolver.resolve4(domain);
    if (type === "AAAA") return await resolver.resolve6(domain);
    if (type === "PTR") return await resolver.resolve(domain, "PTR");
    if (type === "CNAME") return await resolver.resolveCname(domain);
    // The library takes these as Node answers them, and its types do not say so.
    return (await resolver.resolve(domain, type)) as unknown as string[];
  };
}

export async function prove({ resolve, name }: ProofTools, mail: ProvedMail): Promise<Proof> {
  const over = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => over.resolve(undefined), LONGEST_MS);
  try {
    const { ip, helo, sender } = mail;
    const options = { ip, helo, sender, mta: name, resolver: resolve, disableArc: true, disableBimi: true };
    const checked = await Promise.race([authenticate(mail.source, { ...options, rejectRsaSha1: true }), over.promise]);
    return checked === undefined ? { kind: "later" } : judge(checked, canonical(mail.from));
  } finally {
    clearTimeout(timer);
  }
}

type Checked = Awaited<ReturnType<typeof authenticate>>;

function judge({ dkim, spf, dmarc }: Checked, from: string): Proof {
  // Read by two programs, so that nothing is proved of one address and believed of another.
  const [author, ...others] = dkim.headerFrom;
  if (dkim.fromFields !== 1 || author === undefined || others.length > 0 || canonical(author) !== from)
    return { kind: "unproved" };
  const isSigned = dkim.results.some(
    ({ status, signingHeaders }) =>
      status.result === "pass" &&
      typeof status.aligned === "string" &&
      // What a signature leaves out of the body could be anybody's.
      (status.underSized ?? 0) === 0 &&
      status.testing !== true &&
      /(^|:)\s*from\s*(:|$)/i.test(signingHeaders?.keys ?? ""),
  );
  if (isSigned) return { kind: "proved", by: "dkim" };
  if (spf !== false && spf.status.result === "pass" && (isSame(spf.domain, from) || isAligned(dmarc)))
    return { kind: "proved", by: "spf" };
  const unsure = [...dkim.results.map(({ status }) => status.result), spf ? spf.status.result : "none"];
  return unsure.includes("temperror") ? { kind: "later" } : { kind: "unproved" };
}

const isSame = (domain: string, address: string): boolean => ascii(domain) === domainOf(address);
const isAligned = (dmarc: Checked["dmarc"]): boolean => dmarc !== false && dmarc.alignment?.spf.result !== undefined;

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
const ascii = (domain: string): string => domainToASCII(domain.trim().toLowerCase().replace(/\.$/, ""));
const canonical = (address: string): string =>
  `${address.slice(0, address.lastIndexOf("@")).trim().toLowerCase()}@${ascii(domainOf(address))}`;
