import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { letterDefaults, signature, signaturePreview, signatureShown } from "../../src/api/letters.ts";
import { messageParams } from "../../src/api/messages.ts";
import { signatureProblem } from "../../src/mail/writing/signature.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { sendNothing } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { findPlace } from "./place.ts";

const security = [{ session: [] }];
const tags = ["e-mail"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

/** What agents need to write letters. */
export function registerMailRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  scope.get(
    "/conversations/:id/letter",
    {
      schema: {
        summary: "What an answer by e-mail is, unless its writer says otherwise",
        description: "null where the channel is not e-mail, or no letter is known yet.",
        tags,
        security,
        params: messageParams,
        response: { 200: letterDefaults.nullable(), ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { account, adapter, conversation } = await findPlace(deps, access, viewer, request.params.id);
      if (adapter.capabilities.letters !== true) return null;
      const defaults = await deps.addressing.defaults(account, conversation);
      if (!defaults) return null;
      const below = await deps.signatures.below(account, viewer.userId);
      return {
        ...{ to: [...defaults.to], cc: [...defaults.cc], subject: defaults.subject, signature: below ?? null },
        ...{ ownSignature: !deps.signatures.isShared(account), tracked: account.settings.tracked === true },
      };
    },
  );

  scope.get(
    "/mail/signature",
    {
      schema: { summary: "The viewer's own signature", tags, security, response: { 200: signature, ...errors } },
    },
    async (request) => {
      const { portal, userId } = viewerOf(request);
      return { text: (await deps.store.signatures.of(portal, userId)) ?? "" };
    },
  );

  scope.post(
    "/mail/signature/preview",
    {
      config: { rateLimit: { max: 240, timeWindow: "1 minute" } },
      schema: {
        summary: "How a signature of the viewer's would read",
        description: "Nothing is kept.",
        tags,
        security,
        body: signaturePreview,
        response: { 200: signatureShown, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { text, conversation } = request.body;
      const place = conversation === undefined ? undefined : await findPlace(deps, access, viewer, conversation);
      const made = await deps.signatures.preview(place?.account, viewer.portal, viewer.userId, text.trim());
      return { text: made.kind === "signed" ? made.body.text : null };
    },
  );

  scope.put(
    "/mail/signature",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Changes the viewer's own signature",
        description: "Stands below letters from personal boxes, and from shared ones that have none of their own.",
        tags,
        security,
        body: signature,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const { portal, userId } = viewerOf(request);
      const text = request.body.text.trim();
      if (signatureProblem(text) !== undefined)
        throw new HttpError(
          400,
          "invalid_request",
          "This signature cannot be read: a gap in it is not closed, or says something that is not known.",
          { field: "text" },
        );
      await deps.store.signatures.put(portal, userId, text);
      return sendNothing(reply);
    },
  );
}
