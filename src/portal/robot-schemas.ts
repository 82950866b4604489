/**
 * Calls of robots as they arrive at POST /robots/:code: a form body, parsed into nested objects before. Every value is a
 * string there, lists may come as objects with numeric keys. Only what is read is kept.
 *
 * Pure: proves nothing. The handler compares `applicationToken` with the stored one before it believes a word.
 */
import { z } from "zod";
import type { EntityType } from "../domain/person.ts";
import type { RobotProperties } from "../domain/robot.ts";

export interface RobotCallBody {
  readonly kind: "call";
  readonly memberId: string;
  readonly applicationToken?: string;
  /** What the workflow waits by. */
  readonly token: string;
  readonly workflow: string;
  readonly card: { readonly type: EntityType; readonly id: string };
  readonly properties: RobotProperties;
  readonly returns: boolean;
}

const LONGEST_VALUE = 20_000;
const MOST_VALUES = 50;
const MOST_PROPERTIES = 50;
/** The setting that holds files. */
const FILES = "files";
const CARD = /^(LEAD|DEAL|CONTACT|COMPANY)_([1-9]\d{0,14})$/;

const list = z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform((all) => Object.values(all))]);

const body = z.object({
  auth: z.object({
    member_id: z.string().min(1).max(100),
    application_token: z.string().min(1).max(200).optional(),
    client_endpoint: z.string().max(500).optional().catch(undefined),
    domain: z.string().max(300).optional().catch(undefined),
  }),
  event_token: z.string().min(1).max(1_000),
  workflow_id: z.string().max(200).catch(""),
  document_id: z.union([list, z.string().transform((one) => [one])]),
  properties: z.record(z.string(), z.unknown()).catch({}),
  use_subscription: z.string().catch("Y"),
});

export function parseRobotCall(
  form: Readonly<Record<string, unknown>>,
): RobotCallBody | { readonly kind: "malformed"; readonly reason: string } {
  const { data, error } = body.safeParse(form);
  if (!data) return { kind: "malformed", reason: z.prettifyError(error).slice(0, 500) };
  const card = data.document_id
    .flatMap((part) => (typeof part === "string" ? [CARD.exec(part)] : []))
    .find((match) => match !== null);
  const [, type, id] = card ?? [];
  if (type === undefined || id === undefined)
    return { kind: "malformed", reason: "document_id names no lead, deal, contact or company." };
  const { auth } = data;
  return {
    kind: "call",
    memberId: auth.member_id,
    ...(auth.application_token !== undefined && { applicationToken: auth.application_token }),
    token: data.event_token,
    workflow: data.workflow_id,
    card: { type: type.toLowerCase() as EntityType, id },
    properties: Object.fromEntries(
      Object.entries(data.properties)
        .slice(0, MOST_PROPERTIES)
        .map(([name, value]) => [name, name === FILES ? fileLinks(value, auth) : propertyValue(value)]),
    ),
    // Only an explicit "N" means that the automation goes on by itself.
    returns: data.use_subscription !== "N",
  };
}

function propertyValue(value: unknown): string | readonly string[] {
  if (typeof value === "string") return value.slice(0, LONGEST_VALUE);
  const all = list.safeParse(value).data ?? [];
  return all
    .slice(0, MOST_VALUES)
    .flatMap((one) => (typeof one === "string" && one !== "" ? [one.slice(0, LONGEST_VALUE)] : []));
}

/**
 * How a portal describes a file where its documentation does: `urlMachine` opens without a session (crm.item), `downloadUrl`
 * is a path of the portal's own (crm.lead and its like). What a robot gets is not documented, so any of them is taken.
 */
const fileValue = z
  .looseObject({ urlMachine: z.unknown(), downloadUrl: z.unknown(), url: z.unknown(), link: z.unknown() })
  .partial()
  .transform(({ urlMachine, downloadUrl, url, link }) =>
    [urlMachine, downloadUrl, url, link].find((one) => typeof one === "string" && one !== ""),
  );

/** A link each. What cannot be read stays as what is no link, so that whoever sends says so rather than nothing. */
function fileLinks(value: unknown, auth: z.output<typeof body>["auth"]): readonly string[] {
  const base = auth.client_endpoint ?? (auth.domain === undefined ? undefined : `https://${auth.domain}/`);
  const isOne = typeof value === "string" || fileValue.safeParse(value).data !== undefined;
  const all = isOne ? [value] : (list.safeParse(value).data ?? [value]);
  return all.slice(0, MOST_VALUES).flatMap((one) => {
    if (one === null || one === undefined || one === "") return [];
    const given = typeof one === "string" ? one.trim() : fileValue.safeParse(one).data;
    if (typeof given !== "string") return [UNREADABLE];
    const isPath = given.startsWith("/") && !given.startsWith("//");
    return [(isPath ? (URL.parse(given, base)?.href ?? given) : given).slice(0, LONGEST_VALUE)];
  });
}

/** No link. */
const UNREADABLE = "unreadable";
