/** Throws one line that names what is missing and the command that brings it. */
export function requireEnvironment(names: readonly string[]): void {
  const missing = names.filter((name) => (process.env[name] ?? "") === "");
  if (missing.length === 0) return;
  const error = new Error(`${missing.join(" and ")} missing: run npm test, or node tools/services.ts -- vitest run …`);
  // Where it was thrown says nothing to whoever reads it.
  error.stack = error.message;
  throw error;
}
