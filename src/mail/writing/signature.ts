/**
 * Signatures with gaps ("{{ agent.name }}"), by Liquid. A template sees the variables it is given and nothing else: no files,
 * no prototype, bounded in time and size. Total: a signature that cannot be read is left out and said so; the letter goes.
 */
import { Liquid } from "liquidjs";
import { plainText, type RichText } from "../../domain/rich-text.ts";

const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  parseLimit: 10_000,
  renderLimit: 20,
  memoryLimit: 100_000,
  cache: false,
  relativeReference: false,
  templates: {},
});

/** Who writes, through which box: what a signature may say. */
export interface SignatureVariables {
  readonly agent: {
    readonly name: string;
    readonly position?: string;
    readonly phone?: string;
    readonly email?: string;
  };
  readonly box: { readonly name: string; readonly address: string };
}

export type Signature =
  | { readonly kind: "signed"; readonly body: RichText }
  | { readonly kind: "broken"; readonly why: string };

/** Why a signature cannot be read; `undefined` when it can. */
export function signatureProblem(template: string): string | undefined {
  const made = signatureOf(template, { agent: { name: "A" }, box: { name: "B", address: "b@example.com" } });
  return made.kind === "broken" ? made.why : undefined;
}

/** Lines that stay empty because their gap is empty are left out. */
export function signatureOf(template: string, variables: SignatureVariables): Signature {
  try {
    const text = String(liquid.parseAndRenderSync(template, variables));
    const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
    const kept = lines.filter((line, at) => line !== "" || template.split(/\r?\n/)[at]?.trim() === "");
    return { kind: "signed", body: plainText(kept.join("\n").trim()) };
  } catch (error) {
    return { kind: "broken", why: error instanceof Error ? error.message : String(error) };
  }
}
