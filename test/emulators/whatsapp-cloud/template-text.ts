import type { Business } from "./business.ts";
import type { MessagePayload } from "./payloads.ts";
import { badValue, GraphError, type Json, type Media, type TemplateDefinition } from "./types.ts";

/** What a template shows when it is filled, and what WhatsApp refuses in filling it. */

export type TemplatePayload = Extract<MessagePayload, { type: "template" }>["template"];
type Component = NonNullable<TemplatePayload["components"]>[number];
interface Filled {
  readonly text: string;
  readonly parameter_name?: string | undefined;
}

const GAPS = /\{\{(\w+)\}\}/g;

export function templateText(business: Business, wanted: TemplatePayload): string {
  const found = approved(business, wanted);
  const given = wanted.components ?? [];
  const header = part(found, "HEADER");
  const buttons = (part(found, "BUTTONS")?.["buttons"] ?? []) as readonly Json[];
  const head = header?.["format"] === "TEXT" ? fill(String(header["text"] ?? ""), textsOf(given, "header")) : "";
  const body = fill(String(part(found, "BODY")?.["text"] ?? ""), textsOf(given, "body"));
  const keys = buttons.map((button, at) => buttonText(button, buttonOf(given, at))).filter((one) => one !== "");
  const filled = given.filter((one) => one.type === "button");
  if (filled.some((one) => buttons[Number(one.index)] === undefined)) throw badFormat("a button that is not there");
  return [head, body, ...keys].filter((one) => one !== "").join("\n");
}

/** The file at its top, which has to be of the kind that the template says. */
export function templateMedia(business: Business, wanted: TemplatePayload): Media | undefined {
  const format = String(part(approved(business, wanted), "HEADER")?.["format"] ?? "TEXT").toLowerCase();
  const given = headerOf(wanted);
  const isFile = given !== undefined && given.type !== "text";
  if (format === "text") {
    if (isFile) throw badFormat("header: Format mismatch, expected TEXT");
    return undefined;
  }
  if (given?.type !== format) throw badFormat(`header: Format mismatch, expected ${format.toUpperCase()}`);
  const media = business.media.get(fileIdOf(given));
  if (!media) throw badValue("header: id is not a media id of this number");
  return media;
}

type HeaderParameter = Extract<Component, { type: "header" }>["parameters"][number];

function headerOf(wanted: TemplatePayload): HeaderParameter | undefined {
  for (const one of wanted.components ?? []) if (one.type === "header") return one.parameters[0];
  return undefined;
}

function fileIdOf(parameter: HeaderParameter): string {
  switch (parameter.type) {
    case "image":
      return parameter.image.id;
    case "video":
      return parameter.video.id;
    case "document":
      return parameter.document.id;
    case "text":
      return "";
    default:
      return parameter satisfies never;
  }
}

function approved(business: Business, wanted: TemplatePayload): TemplateDefinition {
  const found = business.templates.find((one) => one.name === wanted.name && one.language === wanted.language.code);
  if (found?.status === "PAUSED") throw new GraphError(400, 132015, "Template is paused due to low quality.");
  if (found?.status === "DISABLED") throw new GraphError(400, 132016, "Template is disabled.");
  if (found?.status !== "APPROVED")
    throw new GraphError(404, 132001, "Template name does not exist in the translation");
  return found;
}

const part = (found: TemplateDefinition, type: string): Json | undefined =>
  found.components.find((one) => one["type"] === type);

function textsOf(given: readonly Component[], type: "header" | "body"): readonly Filled[] {
  const found: Filled[] = [];
  for (const one of given) {
    if (one.type === "button" || one.type !== type) continue;
    for (const parameter of one.parameters) if (parameter.type === "text") found.push(parameter);
  }
  return found;
}

const buttonOf = (given: readonly Component[], at: number): Component | undefined =>
  given.find((one) => one.type === "button" && Number(one.index) === at);

function buttonText(button: Json, given: Component | undefined): string {
  const address = String(button["url"] ?? "");
  const open = button["type"] === "COPY_CODE" || /\{\{/.test(address);
  if (open && !given) throw new GraphError(400, 131008, "buttons: Required parameter is missing");
  if (given?.type !== "button" || given.sub_type === "quick_reply") return "";
  if (given.sub_type === "copy_code") {
    if (button["type"] !== "COPY_CODE") throw badFormat("buttons: the button takes no code");
    return `[${given.parameters[0]?.coupon_code ?? ""}]`;
  }
  if (!open || button["type"] !== "URL") throw badFormat("buttons: the button has no gap");
  return `[${fill(address, given.parameters)}]`;
}

function fill(words: string, given: readonly Filled[]): string {
  const gaps = [...new Set([...words.matchAll(GAPS)].map((one) => one[1] ?? ""))];
  if (given.length !== gaps.length) throw new GraphError(400, 132000, "Number of parameters does not match");
  const named = gaps.some((one) => !/^\d+$/.test(one));
  return words.replace(GAPS, (_all, gap: string) => {
    const filled = named ? given.find((one) => one.parameter_name === gap) : given[Number(gap) - 1];
    if (!filled || (!named && filled.parameter_name !== undefined)) throw badFormat(`gap ${gap}`);
    return filled.text;
  });
}

const badFormat = (details: string): GraphError => new GraphError(400, 132012, details);
