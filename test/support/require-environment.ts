/** Throws one line that names what is missing and the command that brings it. */
export function requireEnvironment(names: readonly string[]): void {
  const missing = names.filter((name) => (process.env[name] ?? "") === "");
  if (missing.length === 0) return;
  throw new Error(`${missing.join(" and ")} missing: run npm test, or node tools/services.ts -- vitest run …`);
}
