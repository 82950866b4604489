import { parse } from "qs";
import { z } from "zod";
import { cleanLine } from "../shared/site-visit.ts";

/** One offline request as a site sends it, of JSON or of a plain HTML form. Bounded in every direction. */
export interface FormRequest {
  readonly key: string;
  /** Filled in by machines only. */
  readonly honeypot: string;
  /** Made by the page, so that a second sending is the same request. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
  readonly email?: string | undefined;
  readonly text: string;
  readonly consent?: string | undefined;
  readonly url?: string | undefined;
  readonly title?: string | undefined;
  readonly referrer?: string | undefined;
  readonly landing?: string | undefined;
  readonly utm: Readonly<Record<string, unknown>>;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
}

/** Names with a meaning of their own; every other one is a field of the site's. */
const KNOWN = new Set([
  ...["key", "website", "id", "name", "phone", "email", "text", "consent"],
  ...["page", "title", "referrer", "landing", "utm", "fields"],
]);
const MAX_FIELDS = 20;

const word = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional().catch(undefined);
const short = word.transform((value) => value?.slice(0, 300));
const long = word.transform((value) => value?.slice(0, 2_000));
const record = z.record(z.string(), z.unknown()).catch({});

const bodySchema = z.looseObject({
  key: short,
  website: short,
  id: short,
  name: short,
  phone: short,
  email: short,
  /** Whole: what a person wrote is bounded by the request alone. */
  text: word.transform((value) => value ?? ""),
  consent: long,
  page: long,
  title: short,
  referrer: long,
  landing: long,
  utm: record,
  fields: record,
});

/** `undefined` for what is no request at all. */
export function readRequest(rawBody: Buffer, contentType: string): FormRequest | undefined {
  const parsed = bodySchema.safeParse(decode(rawBody.toString("utf8"), contentType));
  if (!parsed.success) return undefined;
  const { key, website, id, text, page, fields, utm, ...rest } = parsed.data;
  const given = [
    ...Object.entries(parsed.data).filter(([name]) => !KNOWN.has(name) && !name.startsWith("utm_")),
    ...Object.entries(fields),
  ];
  return {
    ...rest,
    key: key ?? "",
    honeypot: website ?? "",
    ...(id !== undefined && /^[\w-]{8,64}$/.test(id) && { id }),
    text,
    url: page,
    utm: { ...Object.fromEntries(Object.entries(parsed.data).filter(([name]) => name.startsWith("utm_"))), ...utm },
    fields: given.slice(0, MAX_FIELDS).flatMap(([name, value]) => fieldOf(name, value)),
  };
}

function fieldOf(name: string, value: unknown): { name: string; value: string }[] {
  const values = (Array.isArray(value) ? value : [value]).filter((one) =>
    ["string", "number", "boolean"].includes(typeof one),
  );
  const field = { name: cleanLine(name, 60), value: cleanLine(values.slice(0, 20).join(", "), 1_000) };
  return field.name === "" || field.value === "" ? [] : [field];
}

function decode(text: string, contentType: string): unknown {
  if (/^application\/x-www-form-urlencoded\b/i.test(contentType))
    return parse(text, { depth: 0, parameterLimit: 100, duplicates: "combine" });
  if (!/^application\/json\b/i.test(contentType)) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
