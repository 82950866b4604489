import { buffer } from "node:stream/consumers";
import type { FastifyRequest } from "fastify";
import { errorAnswer } from "../../src/api/common.ts";
import { type LetterInCardAnswer, letterForm, letterInCard, letterQuery } from "../../src/api/letters.ts";
import { messageParams } from "../../src/api/messages.ts";
import { messageId } from "../../src/domain/ids.ts";
import type { Attachment, Message } from "../../src/domain/message.ts";
import { type ImagePlace, safeHtml } from "../../src/mail/reading/safe-html.ts";
import { isHomeless } from "../../src/relay/crm/letters.ts";
import { wantInCard } from "../../src/relay/crm/wanted.ts";
import { recordedStep } from "../../src/relay/crm/write-letters.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { StoredDecision } from "../../src/store/contract/rules.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

/** Longer ones are shown as their words alone: nobody reads them, and cleaning them would hold others up. */
const MOST_BYTES = 2 * 1024 * 1024;

/** Letters as they were sent, for whoever may read their conversation. */
export function registerLetterRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const { store, shelf } = deps;

  scope.get(
    "/messages/:id/letter",
    {
      config: { rateLimit: { max: 240, timeWindow: "1 minute" } },
      schema: {
        summary: "A letter as it was sent, cleaned",
        description:
          "Nothing in it runs or is loaded from elsewhere. Pictures from elsewhere come only when they are asked for, by links of this server that end after a quarter of an hour.",
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        querystring: letterQuery,
        response: { 200: letterForm, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const row = await store.messages.find(viewer.portal, ourId(request.params.id, messageId, "message"));
      const conversation = row && (await store.conversations.find(viewer.portal, row.conversation));
      if (!row || !conversation || !(await access.mayRead(viewer, conversation))) throw unknown("message");
      const { attachments } = row.content;
      const form = attachments.find(({ role }) => role === "letter");
      const file = form?.source.by === "media" ? await shelf.open(form.source.id) : undefined;
      if (!file) throw new HttpError(404, "no_form", "This letter has no form of its own, or it is no longer kept.");
      if (file.size > MOST_BYTES) {
        (file.stream as { destroy?(): void }).destroy?.();
        throw new HttpError(409, "too_large", "This letter is too large to be shown as it was sent. Read its words.");
      }
      const html = (await buffer(file.stream)).toString("utf8");
      const inside = insidePictures(attachments);
      const place: ImagePlace = (source) =>
        inside(source) ?? (request.query.images === "1" ? deps.imageLink(source) : undefined);
      return safeHtml(html, place);
    },
  );

  scope.get(
    "/messages/:id/card",
    {
      schema: {
        summary: "Whether a letter of one's own mailbox stands in its card",
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        response: { 200: letterInCard, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request) => {
      const { row, decision } = await ownLetter(request);
      return { state: await stateOf(row, decision) };
    },
  );

  scope.post(
    "/messages/:id/card",
    {
      schema: {
        summary: "Puts a letter of one's own mailbox into its card",
        description: "Where letters go there one by one. Whoever may read the card reads the letter from then on.",
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        response: { 202: letterInCard, "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request, reply) => {
      const { row, decision } = await ownLetter(request);
      const state = await stateOf(row, decision);
      if (state !== "waits") return reply.code(202).send({ state });
      const { portal, conversation, id } = row;
      await wantInCard(deps, portal, { message: id, conversation }, viewerOf(request).userId);
      return reply.code(202).send({ state: "wanted" as const });
    },
  );

  /** Nobody but the owner decides over a personal box: others are told that there is no such letter. */
  async function ownLetter(request: FastifyRequest<{ Params: { id: string } }>) {
    const viewer = viewerOf(request);
    const row = await store.messages.find(viewer.portal, ourId(request.params.id, messageId, "message"));
    const box = row && (await access.boxes.of(viewer.portal)).get(row.account);
    if (!row?.content.letter || (box && box.owner !== viewer.userId)) throw unknown("message");
    const conversation = await store.conversations.find(viewer.portal, row.conversation);
    if (!conversation || !(await access.mayRead(viewer, conversation))) throw unknown("message");
    const decision = box?.byClick === true ? await store.decisions.current(viewer.portal, row.conversation) : undefined;
    return { row, box, decision };
  }

  async function stateOf(
    { portal, id }: Message,
    decision: StoredDecision | undefined,
  ): Promise<LetterInCardAnswer["state"]> {
    if (!decision) return "automatic";
    const wish = await store.wishes.find(portal, id);
    if (wish?.done) return "recorded";
    if (isHomeless(decision) || decision.decision === undefined) return "nowhere";
    const step = decision.steps.find(({ name }) => name === recordedStep(id));
    if (step?.end?.kind === "done") return "recorded";
    return wish ? "wanted" : "waits";
  }

  /** `cid:` names a file of the same letter (RFC 2392). */
  function insidePictures(attachments: readonly Attachment[]): ImagePlace {
    return (source) => {
      const cid = /^cid:(.+)$/i.exec(source)?.[1];
      const found = cid === undefined ? undefined : attachments.find(({ contentId }) => contentId === cid);
      return found?.source.by === "media" ? deps.mediaLink(found.source.id) : undefined;
    };
  }
}
