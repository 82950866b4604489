import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { Template } from "../../domain/message.ts";
import type { SendOutcome, TemplatesOutcome } from "../contract.ts";
import { type Called, credentialsOf, type GraphApi } from "./api.ts";
import { outcomeOf } from "./outcomes.ts";

/**
 * The approved templates of an account. Only those whose gaps stand in the text can be sent from here: a gap in a header or a
 * button would need a picture or an address that an agent has no place to give.
 *
 * Reading only, so anything may be repeated. The list is kept for a short while, because an agent who sends ten templates
 * need not fetch it ten times; a template that was paused meanwhile is refused by WhatsApp itself.
 */

const KEPT_MS = 60_000;
const MOST_ACCOUNTS = 1_000;
const PAGE = 100;
/** An account has at most some thousand templates; a list that does not end is a fault of the other side. */
const MOST_PAGES = 60;

const componentSchema = z.object({
  type: z.string(),
  format: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
  buttons: z
    .array(z.looseObject({ type: z.string(), url: z.string().optional().catch(undefined) }))
    .optional()
    .catch(undefined),
});
const templateSchema = z.object({
  name: z.string(),
  language: z.string(),
  status: z.string(),
  components: z.array(componentSchema),
});
const pageSchema = z.object({
  data: z.array(z.unknown()),
  paging: z
    .object({ cursors: z.object({ after: z.string() }).optional(), next: z.string().optional() })
    .optional()
    .catch(undefined),
});

interface Known {
  readonly name: string;
  readonly language: string;
  readonly body: string;
  /** In their order; named ones have names. */
  readonly gaps: readonly string[];
  readonly named: boolean;
  /** Why it cannot be sent from here. */
  readonly obstacle?: string;
}

export interface TemplateBook {
  list(account: Account): Promise<TemplatesOutcome>;
  /** The message of a template with its gaps filled, or why there is none. */
  body(
    account: Account,
    wanted: Template,
  ): Promise<{ readonly kind: "made"; readonly body: Readonly<Record<string, unknown>> } | SendOutcome>;
}

export function createTemplateBook(api: GraphApi, now: () => number): TemplateBook {
  const kept = new Map<string, { readonly until: number; readonly templates: readonly Known[] }>();

  async function read(account: Account): Promise<Called<readonly Known[]>> {
    const { businessAccountId, accessToken } = credentialsOf(account);
    const name = `${businessAccountId} ${accessToken}`;
    const known = kept.get(name);
    if (known && known.until > now()) return { ok: true, value: known.templates };
    const fetched = await fetchAll(api, account);
    if (fetched.ok) {
      const oldest = kept.size >= MOST_ACCOUNTS ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(name, { until: now() + KEPT_MS, templates: fetched.value });
    }
    return fetched;
  }

  return {
    async list(account) {
      const all = await read(account);
      if (!all.ok) {
        const outcome = outcomeOf(all.failure);
        const sentence =
          outcome.kind === "account-down"
            ? outcome.connection.sentence
            : "WhatsApp did not give its list of templates. Try again in a minute.";
        return { kind: "unavailable", sentence };
      }
      const usable = all.value.filter((one) => one.obstacle === undefined);
      return {
        kind: "listed",
        templates: usable.map(({ name, language, body, gaps }) => ({
          name,
          language,
          body: numbered(body, gaps),
          gaps: gaps.length,
        })),
      };
    },
    async body(account, wanted) {
      const all = await read(account);
      if (!all.ok) return notAsked(outcomeOf(all.failure));
      const known = all.value.find((one) => one.name === wanted.name && one.language === wanted.language);
      if (!known) {
        return refused(
          "template-unknown",
          `WhatsApp has no approved template “${wanted.name}” in the language ${wanted.language}. Choose another one.`,
        );
      }
      if (known.obstacle !== undefined) return refused("template-not-supported", known.obstacle);
      if (known.gaps.length !== wanted.variables.length || wanted.variables.some((one) => one.trim() === "")) {
        return refused(
          "template-gaps",
          `The template “${known.name}” has ${known.gaps.length} gaps, and each needs words. Fill them and send again.`,
        );
      }
      return { kind: "made", body: messageOf(known, wanted) };
    },
  };
}

/** Only a list was asked for, so nothing can have been sent, whatever became of the call. */
function notAsked(outcome: SendOutcome): SendOutcome {
  if (outcome.kind === "account-down" || outcome.kind === "retry") return outcome;
  return {
    kind: "retry",
    afterMs: 5_000,
    sentence: "WhatsApp did not give its list of templates. The message has not left and will be tried again.",
  };
}

const refused = (code: string, sentence: string): SendOutcome => ({ kind: "refused", code, sentence });

async function fetchAll(api: GraphApi, account: Account): Promise<Called<readonly Known[]>> {
  const { businessAccountId } = credentialsOf(account);
  const found: Known[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await api.call(account, pageSchema, {
      method: "GET",
      path: `${encodeURIComponent(businessAccountId)}/message_templates`,
      query: {
        fields: "name,language,status,components",
        status: "APPROVED",
        limit: String(PAGE),
        ...(after !== undefined && { after }),
      },
    });
    if (!answer.ok) return answer;
    for (const one of answer.value.data) {
      const parsed = templateSchema.safeParse(one);
      if (parsed.success && parsed.data.status === "APPROVED") found.push(readTemplate(parsed.data));
    }
    const { paging } = answer.value;
    // The address of the next page holds the token, so only its cursor is taken.
    after = paging?.next === undefined ? undefined : paging.cursors?.after;
    if (after === undefined) break;
  }
  return { ok: true, value: found };
}

const GAP = /\{\{\s*(\w{1,100})\s*\}\}/g;

function readTemplate(template: z.infer<typeof templateSchema>): Known {
  const { name, language, components } = template;
  const part = (type: string) => components.find((one) => one.type.toUpperCase() === type);
  const body = part("BODY")?.text ?? "";
  const gaps = [...new Set([...body.matchAll(GAP)].map((one) => one[1] ?? ""))];
  const named = gaps.some((one) => !/^\d+$/.test(one));
  const ordered = named ? gaps : gaps.toSorted((a, b) => Number(a) - Number(b));
  const obstacle = obstacleOf(name, part("HEADER"), part("BUTTONS"), components);
  return { name, language, body, gaps: ordered, named, ...(obstacle !== undefined && { obstacle }) };
}

/** Parts that are sent as they are. */
const PLAIN_PARTS = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS"]);
/** Buttons that need nothing of the sender. */
const PLAIN_BUTTONS = new Set(["QUICK_REPLY", "PHONE_NUMBER", "URL", "VOICE_CALL"]);

function obstacleOf(
  name: string,
  header: z.infer<typeof componentSchema> | undefined,
  buttons: z.infer<typeof componentSchema> | undefined,
  all: readonly z.infer<typeof componentSchema>[],
): string | undefined {
  const title = `The template “${name}”`;
  if (header && (header.format ?? "TEXT").toUpperCase() !== "TEXT") {
    return `${title} has a picture or file at its top, which cannot be given here. Choose one with text only.`;
  }
  if (header?.text !== undefined && header.text.search(GAP) >= 0) {
    return `${title} has a gap in its heading, which cannot be filled here. Choose one with gaps in its text only.`;
  }
  const list = buttons?.buttons ?? [];
  if (list.some((one) => one.url !== undefined && one.url.search(GAP) >= 0)) {
    return `${title} has a gap in a button, which cannot be filled here. Choose one with gaps in its text only.`;
  }
  const odd = list.some((one) => !PLAIN_BUTTONS.has(one.type.toUpperCase()));
  if (odd || all.some((one) => !PLAIN_PARTS.has(one.type.toUpperCase()))) {
    return `${title} has parts that cannot be sent from here. Choose one with text and plain buttons only.`;
  }
  return undefined;
}

function numbered(body: string, gaps: readonly string[]): string {
  return body.replace(GAP, (_all, gap: string) => `{{${gaps.indexOf(gap) + 1}}}`);
}

function messageOf(known: Known, wanted: Template): Readonly<Record<string, unknown>> {
  const parameters = wanted.variables.map((text, at) => ({
    type: "text",
    ...(known.named && { parameter_name: known.gaps[at] }),
    // "Parameters … cannot have new lines, tabs, or more than four consecutive spaces."
    text: text.replace(/\s+/g, " ").trim().toWellFormed(),
  }));
  return {
    type: "template",
    template: {
      name: known.name,
      language: { code: known.language },
      ...(parameters.length > 0 && { components: [{ type: "body", parameters }] }),
    },
  };
}
