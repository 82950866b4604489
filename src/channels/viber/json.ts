/**
 * JSON whose whole numbers are kept as they were written. Viber's message tokens have 64 bits: `JSON.parse` would round
 * them, and two messages could get the same id. Numbers that a double cannot hold become strings of their digits.
 * @throws SyntaxError for what is not JSON
 */
export function parseExact(text: string): unknown {
  return JSON.parse(text, exact);
}

function exact(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
