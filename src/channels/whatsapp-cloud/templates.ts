import { z } from "zod";
import type { Account } from "../../domain/account.ts";
import type { Template } from "../../domain/message.ts";
import type { SendOutcome, TemplatesOutcome } from "../contract/sending.ts";
import { type Called, credentialsOf, type GraphApi } from "./api.ts";
import { outcomeOf } from "./outcomes.ts";
import { type Definition, definitionSchema, readDefinition } from "./template-definition.ts";

/**
 * The templates of an account: the approved ones to choose from, the others for the sentence that says why they do not go.
 *
 * Reading only, so anything may be repeated. The list is kept for a short while, because an agent who sends ten templates
 * need not fetch it ten times; a template that was paused meanwhile is refused by WhatsApp itself.
 */

const KEPT_MS = 5 * 60_000;
const MOST_ACCOUNTS = 1_000;
const PAGE = 100;
/** An account has at most some thousand templates; a list that does not end is a fault of the other side. */
const MOST_PAGES = 60;

const pageSchema = z.object({
  data: z.array(z.unknown()),
  paging: z
    .object({ cursors: z.object({ after: z.string() }).optional(), next: z.string().optional() })
    .optional()
    .catch(undefined),
});

export interface TemplateBook {
  list(account: Account): Promise<TemplatesOutcome>;
  /** The template that is wanted, fit to be filled with what was given, or why there is none. */
  find(
    account: Account,
    wanted: Template,
  ): Promise<{ readonly kind: "found"; readonly definition: Definition } | SendOutcome>;
}

export function createTemplateBook(api: GraphApi, now: () => number): TemplateBook {
  const kept = new Map<string, { readonly until: number; readonly templates: readonly Definition[] }>();

  async function read(account: Account): Promise<Called<readonly Definition[]>> {
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
      const usable = all.value.filter((one) => one.status === "APPROVED" && one.obstacle === undefined);
      return {
        kind: "listed",
        templates: usable.map(({ name, language, shown, gaps, headerFile }) => ({
          name,
          language,
          body: shown,
          gaps: gaps.length,
          ...(headerFile && { needs: NEEDS[headerFile] }),
        })),
      };
    },
    async find(account, wanted) {
      const all = await read(account);
      if (!all.ok) return notAsked(outcomeOf(all.failure));
      const known = all.value.find((one) => one.name === wanted.name && one.language === wanted.language);
      if (!known) {
        return refused(
          "template-unknown",
          `WhatsApp has no template “${wanted.name}” in the language ${wanted.language}. Choose another one.`,
        );
      }
      if (known.status !== "APPROVED") return notApproved(known);
      if (known.obstacle !== undefined) return refused("template-not-supported", known.obstacle);
      if (known.gaps.length !== wanted.variables.length || wanted.variables.some((one) => one.trim() === "")) {
        return refused(
          "template-gaps",
          `The template “${known.name}” has ${known.gaps.length} gaps, and each needs words. Fill them and send again.`,
        );
      }
      return { kind: "found", definition: known };
    },
  };
}

const NEEDS = { image: "photo", video: "video", document: "file" } as const;

/** "Template status": what became of it, and what to do. */
const STATUSES: Readonly<Record<string, readonly [code: string, sentence: string]>> = {
  PENDING: [
    "template-pending",
    "is still being looked at by WhatsApp. Wait until it is approved, or choose another one.",
  ],
  REJECTED: ["template-rejected", "was rejected by WhatsApp. Change it in WhatsApp Manager, or choose another one."],
  PAUSED: ["template-paused", "is paused by WhatsApp because people did not like it. Choose another one."],
  DISABLED: ["template-disabled", "is switched off by WhatsApp because people did not like it. Choose another one."],
  ARCHIVED: [
    "template-archived",
    "was put away because it was not used for long. Take it out in WhatsApp Manager, or choose another one.",
  ],
};

function notApproved({ name, status }: Definition): SendOutcome {
  const [code, sentence] = (Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined) ?? [
    "template-not-approved",
    "cannot be sent now. Look at it in WhatsApp Manager, or choose another one.",
  ];
  return refused(code, `The template “${name}” ${sentence}`);
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

async function fetchAll(api: GraphApi, account: Account): Promise<Called<readonly Definition[]>> {
  const { businessAccountId } = credentialsOf(account);
  const found: Definition[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await api.call(account, pageSchema, {
      method: "GET",
      path: `${encodeURIComponent(businessAccountId)}/message_templates`,
      query: {
        fields: "name,language,status,components",
        limit: String(PAGE),
        ...(after !== undefined && { after }),
      },
    });
    if (!answer.ok) return answer;
    for (const one of answer.value.data) {
      const parsed = definitionSchema.safeParse(one);
      if (parsed.success) found.push(readDefinition(parsed.data));
    }
    const { paging } = answer.value;
    // The address of the next page holds the token, so only its cursor is taken.
    after = paging?.next === undefined ? undefined : paging.cursors?.after;
    if (after === undefined) break;
  }
  return { ok: true, value: found };
}
