import qs from "qs";

/** PHP refuses nothing here but silently cuts; being cut is never what a client wants, so it is an error. */
const maximumVariables = 10_000;

export class FormTooLargeError extends Error {}

/** Parses a query string or form body with bracket keys as PHP does (last duplicate wins). */
export function parseForm(text: string): Record<string, unknown> {
  try {
    return qs.parse(text, {
      depth: 10,
      arrayLimit: 1000,
      parameterLimit: maximumVariables,
      throwOnLimitExceeded: true,
      duplicates: "last",
      allowPrototypes: true,
    });
  } catch (error) {
    throw new FormTooLargeError(error instanceof Error ? error.message : "form cannot be parsed");
  }
}

/**
 * Encodes nested data with bracket keys, every value as text: booleans become 1 or an empty string,
 * null and empty lists vanish, as PHP's form encoding does.
 */
export function encodeForm(data: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(data)) appendPart(parts, key, value);
  return parts.join("&");
}

function appendPart(parts: string[], key: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value === "object") {
    for (const [inner, innerValue] of Object.entries(value)) appendPart(parts, `${key}[${inner}]`, innerValue);
    return;
  }
  const text = value === false ? "" : String(value === true ? 1 : value);
  parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(text)}`);
}
