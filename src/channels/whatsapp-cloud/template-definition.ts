import { z } from "zod";
import type { Template } from "../../domain/message.ts";

/**
 * A template as Meta keeps it, and the message that fills it ("Template components", "Sending template messages"). Pure.
 *
 * Its gaps are counted through: that of its heading, those of its text in their order, those of its buttons. A picture,
 * video or document at its top is a file of the message. Places, carousels, catalogues and one-time passwords have no
 * place here.
 */

const text = z.string().optional().catch(undefined);
const componentSchema = z.object({
  type: z.string(),
  format: text,
  text,
  buttons: z
    .array(z.looseObject({ type: z.string(), url: text, text }))
    .optional()
    .catch(undefined),
});
export const definitionSchema = z.object({
  name: z.string(),
  language: z.string(),
  status: z.string(),
  components: z.array(componentSchema),
});

/** What stands at its top: the type of a media message that goes there. */
export type HeaderFile = "image" | "video" | "document";

export interface Definition {
  readonly name: string;
  readonly language: string;
  readonly status: string;
  /** What is shown to agents, its gaps numbered through. */
  readonly shown: string;
  readonly gaps: readonly Gap[];
  readonly headerFile?: HeaderFile;
  /** Why it cannot be sent from here. */
  readonly obstacle?: string;
}

interface Gap {
  readonly in: "header" | "body" | "url" | "code";
  /** Of a named one. */
  readonly name?: string;
  /** Which button, from 0. */
  readonly button?: number;
}

const GAP = /\{\{\s*(\w{1,100})\s*\}\}/g;
const FILES: Readonly<Record<string, HeaderFile>> = { IMAGE: "image", VIDEO: "video", DOCUMENT: "document" };
const PARTS = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS"]);
const BUTTONS = new Set(["QUICK_REPLY", "PHONE_NUMBER", "URL", "VOICE_CALL", "COPY_CODE"]);

export function readDefinition({ name, language, status, components }: z.infer<typeof definitionSchema>): Definition {
  const part = (type: string) => components.find((one) => one.type.toUpperCase() === type);
  const header = part("HEADER");
  const buttons = part("BUTTONS")?.buttons ?? [];
  const gaps: Gap[] = [];
  const lines: string[] = [];
  if (header?.text !== undefined && hasGap(header.text)) lines.push(count(header.text, "header", gaps));
  const body = part("BODY")?.text ?? "";
  lines.push(count(body, "body", gaps));
  for (const [at, button] of buttons.entries()) {
    const kind = button.type.toUpperCase();
    const words = button.text ?? kind;
    if (kind === "URL" && button.url !== undefined && hasGap(button.url))
      lines.push(`[${words}: ${count(button.url, "url", gaps, at)}]`);
    if (kind === "COPY_CODE") lines.push(`[${words}: ${count("{{1}}", "code", gaps, at)}]`);
  }
  const headerFile = header && FILES[(header.format ?? "TEXT").toUpperCase()];
  const odd =
    components.some((one) => !PARTS.has(one.type.toUpperCase())) ||
    buttons.some((one) => !BUTTONS.has(one.type.toUpperCase())) ||
    (header && !headerFile && (header.format ?? "TEXT").toUpperCase() !== "TEXT");
  return {
    name,
    language,
    status: status.toUpperCase(),
    shown: lines.join("\n"),
    gaps,
    ...(headerFile && { headerFile }),
    ...(odd && {
      obstacle: `The template “${name}” has parts that cannot be sent from here. Choose one with text, one file at its top and plain buttons.`,
    }),
  };
}

const hasGap = (value: string): boolean => value.search(GAP) >= 0;

/** The text with its gaps counted on from those before. A gap that stands in it twice is one. */
function count(value: string, where: Gap["in"], gaps: Gap[], button?: number): string {
  const names = [...new Set([...value.matchAll(GAP)].map((one) => one[1] ?? ""))];
  const named = names.some((one) => !/^\d+$/.test(one));
  const ordered = named ? names : names.toSorted((a, b) => Number(a) - Number(b));
  const before = gaps.length;
  for (const name of ordered) {
    gaps.push({ in: where, ...(named && { name }), ...(button !== undefined && { button }) });
  }
  return value.replace(GAP, (_all, name: string) => `{{${before + ordered.indexOf(name) + 1}}}`);
}

type Payload = Readonly<Record<string, unknown>>;

/** @param file the uploaded one that goes at its top, as a media object of a message */
export function fillTemplate(definition: Definition, wanted: Template, file?: Payload): Payload {
  const { name, language, gaps, headerFile } = definition;
  const filled = gaps.map((gap, at) => ({ gap, words: oneLine(wanted.variables[at] ?? "") }));
  const textOf = (where: Gap["in"]) =>
    filled
      .filter(({ gap }) => gap.in === where)
      .map(({ gap, words }) => ({ type: "text", ...(gap.name && { parameter_name: gap.name }), text: words }));
  const header = headerFile && file ? [{ type: headerFile, [headerFile]: file }] : textOf("header");
  const body = textOf("body");
  const buttons = filled
    .filter(({ gap }) => gap.button !== undefined)
    .map(({ gap, words }) => ({
      type: "button",
      sub_type: gap.in === "code" ? "copy_code" : "url",
      index: String(gap.button),
      parameters: [gap.in === "code" ? { type: "coupon_code", coupon_code: words } : { type: "text", text: words }],
    }));
  const components = [
    ...(header.length > 0 ? [{ type: "header", parameters: header }] : []),
    ...(body.length > 0 ? [{ type: "body", parameters: body }] : []),
    ...buttons,
  ];
  return {
    type: "template",
    template: { name, language: { code: language }, ...(components.length > 0 && { components }) },
  };
}

/** "Parameters … cannot have new lines, tabs, or more than four consecutive spaces." */
const oneLine = (words: string): string => words.replace(/\s+/g, " ").trim().toWellFormed();
