import { generateKeyPairSync } from "node:crypto";
import type { DNSResolver } from "mailauth";
import { dkimSign } from "mailauth";

/** A DNS of its own for tests: names, their records, and one that does not answer. */
export interface Zone {
  readonly resolve: DNSResolver;
  /** Text records of a name; none: there is no such name. */
  readonly texts: Map<string, readonly string[]>;
  /** Names whose server does not answer. */
  readonly silent: Set<string>;
}

export function createZone(): Zone {
  const texts = new Map<string, readonly string[]>();
  const silent = new Set<string>();
  const failure = (code: string) => Object.assign(new Error(`query ${code}`), { code });
  return {
    texts,
    silent,
    resolve: (domain, type) => {
      const name = domain.toLowerCase().replace(/\.$/, "");
      if (silent.has(name)) return Promise.reject(failure("ETIMEOUT"));
      const found = type === "TXT" ? texts.get(name) : undefined;
      return found ? Promise.resolve(found.map((text) => [text])) : Promise.reject(failure("ENOTFOUND"));
    },
  };
}

export interface Signer {
  /** The mail with a DKIM signature of this domain above it. */
  sign(mail: string, change?: { readonly length?: number; readonly domain?: string }): Promise<string>;
}

/** Publishes a key of a domain, and signs with it. */
export function createSigner(zone: Pick<Zone, "texts">, domain: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const shown = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  zone.texts.set(`s1._domainkey.${domain}`, [`v=DKIM1; k=rsa; p=${shown}`]);
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    async sign(mail, change = {}) {
      const signature = {
        signingDomain: change.domain ?? domain,
        selector: "s1",
        privateKey: key,
        canonicalization: "relaxed/relaxed",
        signTime: new Date(Date.now() - 1_000),
        ...(change.length !== undefined && { maxBodyLength: change.length }),
      };
      const { signatures, errors } = await dkimSign(mail, { ...signature, signatureData: [signature] });
      if (errors.length > 0 || signatures === "") throw errors[0]?.err ?? new Error("The mail was not signed");
      return `${signatures}${mail}`;
    },
  };
}
