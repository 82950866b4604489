import { conversationParams, decisionsAnswer } from "../../src/api/belonging.ts";
import { errorAnswer } from "../../src/api/common.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId } from "../../src/domain/ids.ts";
import { decisionSchema } from "../../src/rules/decision.ts";
import { type ReasonLanguage, sentenceOf } from "../../src/rules/texts/reason-texts.ts";
import type { App } from "../../src/server/app.ts";
import { localeOf } from "../../src/server/locale.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { StoredDecision } from "../../src/store/contract/rules.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

const security = [{ session: [] }];
const tags = ["customers"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const DECISIONS = 20;

/** Where a conversation belongs in the CRM and why, for everybody who may read it. */
export function registerBelongingRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store } = deps;

  /** @throws HttpError 404 when there is none, or none that the viewer may read. */
  async function readable(viewer: Viewer, id: string): Promise<Conversation> {
    const found = await store.conversations.find(viewer.portal, ourId(id, conversationId, "conversation"));
    if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
    return found;
  }

  scope.get(
    "/conversations/:id/decisions",
    {
      schema: {
        summary: "Why a conversation is where it is: decisions with their reasons and what became of each step",
        tags,
        security,
        params: conversationParams,
        response: { 200: decisionsAnswer, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { id } = await readable(viewer, request.params.id);
      const language = localeOf(request.headers["accept-language"]);
      const decisions = await store.decisions.ofConversation(viewer.portal, id, DECISIONS);
      return decisions.map((one) => presentDecision(one, language));
    },
  );
}

function presentDecision(one: StoredDecision, language: ReasonLanguage) {
  const decision = decisionSchema.safeParse(one.decision).data;
  return {
    id: one.id,
    at: one.at.toISOString(),
    ended: one.ended,
    rulesetVersion: one.rulesetVersion ?? null,
    reasons: (decision?.reasons ?? []).map((reason) => sentenceOf(reason, language)),
    warnings: (decision?.warnings ?? []).map((reason) => sentenceOf(reason, language)),
    steps: one.steps.map(({ name, at, end }) => ({
      name,
      at: at.toISOString(),
      state: end?.kind ?? ("under-way" as const),
      made: (end?.kind === "done" ? end.id : undefined) ?? null,
      sentence: end && end.kind !== "done" ? end.sentence : null,
    })),
  };
}
