import { Liquid, type Template } from "liquidjs";
import type { Variables } from "./variables.ts";

/**
 * Liquid, for titles and values that staff write. Templates see our variables and nothing else: no files, no prototype,
 * bounded in time and size.
 */
const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  parseLimit: 10_000,
  renderLimit: 20,
  memoryLimit: 100_000,
  cache: false,
  relativeReference: false,
  fs: {
    readFileSync: unavailable,
    readFile: unavailable,
    existsSync: () => false,
    exists: async () => false,
    resolve: unavailable,
  },
});

function unavailable(): never {
  throw new Error("Templates cannot include files.");
}

export type Rendered =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "broken"; readonly why: string };

const parsed = new Map<string, Template[] | Error>();
const REMEMBERED = 1_000;

/** Parses and fills in a template. One line, trimmed, without what is left over between empty variables at its ends. */
export function render(template: string, variables: Variables): Rendered {
  const known = parsed.get(template) ?? parse(template);
  if (parsed.size >= REMEMBERED) parsed.clear();
  parsed.set(template, known);
  if (known instanceof Error) return { kind: "broken", why: known.message };
  try {
    const text = String(liquid.renderSync(known, variables));
    return { kind: "ok", text: text.replace(/\s+/gu, " ").trim() };
  } catch (error) {
    return { kind: "broken", why: error instanceof Error ? error.message : String(error) };
  }
}

/** Why a template cannot be read; `undefined` when it can. */
export function templateProblem(template: string): string | undefined {
  const result = parse(template);
  return result instanceof Error ? result.message : undefined;
}

function parse(template: string): Template[] | Error {
  try {
    return liquid.parse(template);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The portal's titles hold 255 characters. */
const TITLE_LENGTH = 255;

/** A title that is never empty: a template that is broken or comes out empty gives way to `fallback`. */
export function renderTitle(template: string, variables: Variables, fallback: string): string {
  const rendered = render(template, variables);
  const text = rendered.kind === "ok" ? rendered.text.replace(/^[\s:,;–—-]+|[\s:,;–—-]+$/gu, "") : "";
  const title = text === "" ? fallback : text;
  return [...title].slice(0, TITLE_LENGTH).join("");
}
