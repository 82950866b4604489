/** What of the library's objects goes to the server's process: data, without the client that hangs on each of them. */

const SKIPPED = new Set(["client", "mediaKey", "messageSecret", "jpegThumbnail", "thumbnail", "waveform", "sidecar"]);
const DEEPEST = 6;

/** A copy of plain data, without functions, the client and keys of media. Total: what is too deep is left out. */
export function toWire(value: unknown, depth = 0): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? undefined : value;
  if (depth >= DEEPEST) return undefined;
  if (Array.isArray(value)) return value.slice(0, 500).map((one) => toWire(one, depth + 1));
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return undefined;
  const copy: Record<string, unknown> = {};
  for (const [key, one] of Object.entries(value)) {
    if (!SKIPPED.has(key)) copy[key] = toWire(one, depth + 1);
  }
  return copy;
}
