import { hash } from "node:crypto";

const SEPARATOR = "\u0001";

/** 128 bits of SHA-256 in the shape of a UUID: compared and indexed as sixteen bytes. */
export function digest(...parts: readonly string[]): string {
  const hex = hash("sha256", parts.join(SEPARATOR), "hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
