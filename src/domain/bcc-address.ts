/**
 * The address that an employee puts into Bcc: `crm-<key>@<domain>`. The key is 128 random bits in base32 (RFC 4648, lower case,
 * because mail servers and people lower it anyway), so it is known as one by its form alone, at whichever domain.
 */
const LOCAL = /^crm-([a-z2-7]{26})$/;

export const bccAddress = (key: string, domain: string): string => `crm-${key}@${domain}`;

/** The key in an address; `undefined`: it is no such address. */
export function bccKeyOf(address: string): string | undefined {
  const at = address.lastIndexOf("@");
  return at < 0 ? undefined : LOCAL.exec(address.slice(0, at).toLowerCase())?.[1];
}

export const isBccAddress = ({ address }: { readonly address: string }): boolean => bccKeyOf(address) !== undefined;

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** @param bytes 16 random ones */
export function bccKey(bytes: Uint8Array): string {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  return (bits.padEnd(130, "0").match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
}
