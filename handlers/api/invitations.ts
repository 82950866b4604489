import { errorAnswer } from "../../src/api/common.ts";
import {
  type InvitationAnswer,
  invitation,
  invitationBegin,
  invitationFollow,
  invitationFollowed,
  invitationParams,
  invitations,
  invitationTyped,
  newInvitation,
} from "../../src/api/invitations.ts";
import { signInBegun, signInOffer, signInTake, signInTaken } from "../../src/api/sign-ins.ts";
import type { Say } from "../../src/domain/localised.ts";
import type { Invited, Waiting } from "../../src/relay/sign-ins/invitations.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { administratorOf, type Viewer, viewerOf } from "../../src/server/session.ts";
import { accountError, isOurId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentConnection } from "./present.ts";
import { beginSignIn, offerSignIn, takeSignIn } from "./sign-ins.ts";

const security = [{ session: [] }];
const tags = ["accounts"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };
const rateLimit = { max: 20, timeWindow: "1 minute" };
const UNTOLD =
  "The invitation stands, but Bitrix24 could not notify them. Tell them to open Threadline in Bitrix24: they find it there.";

/** Employees who are asked to connect a box of their own; each follows their own invitations, and nobody else does. */
export function registerInvitationRoutes(scope: App, deps: ApiDeps): void {
  const common = { tags, security };
  const ofOne = { ...common, params: invitationParams };

  async function present(viewer: Viewer, all: readonly Waiting[], say: Say): Promise<InvitationAnswer[]> {
    const names = await deps.names(
      viewer.portal,
      all.flatMap(({ invitation: { user, by } }) => [user, by]),
    );
    const person = (id: string) => {
      const name = names.get(id);
      return { id, ...(name !== undefined && { name }) };
    };
    return all.map(({ invitation: one, account, isExpired }) => ({
      id: one.id,
      user: person(one.user),
      by: person(one.by),
      channel: one.channel,
      address: one.address,
      sentAt: one.sentAt.toISOString(),
      expiresAt: one.expiresAt.toISOString(),
      expired: isExpired,
      connection: account ? presentConnection(account.connection, say) : null,
    }));
  }

  async function sent(viewer: Viewer, outcome: Invited, say: Say): Promise<InvitationAnswer> {
    if (outcome.kind === "unknown") throw unknown("channel");
    if (outcome.kind === "refused") throw new HttpError(409, outcome.code, outcome.sentence);
    if (outcome.kind === "cannot-tell")
      throw new HttpError(503, "portal_away", "The portal cannot be asked just now. Try again in a minute.");
    const [shown] = await present(
      viewer,
      [{ invitation: outcome.invitation, account: undefined, isExpired: false }],
      say,
    );
    if (!shown) throw unknown("invitation");
    return { ...shown, ...(outcome.untold && { problem: say(UNTOLD) }) };
  }

  scope.get(
    "/box-invitations",
    {
      schema: {
        ...common,
        summary: "Who is asked to connect their own mailbox",
        response: { 200: invitations, ...errors },
      },
    },
    async (request) => {
      const viewer = administratorOf(request);
      return present(viewer, await deps.invitations.list(viewer.portal), request.say);
    },
  );

  scope.post(
    "/box-invitations",
    {
      config: { rateLimit },
      schema: {
        ...common,
        summary: "Asks an employee to connect their own mailbox",
        description:
          "A notification of the portal leads them there; they alone sign in. Asked again, it is the same invitation.",
        body: newInvitation,
        response: { 201: invitation, ...errors },
      },
    },
    async (request, reply) => {
      const viewer = administratorOf(request);
      const outcome = await deps.invitations.send(viewer.portal, viewer.userId, request.body);
      return reply.code(201).send(await sent(viewer, outcome, request.say));
    },
  );

  scope.delete(
    "/box-invitations/:id",
    { schema: { ...ofOne, summary: "Withdraws an invitation", response: errors } },
    async (request, reply) => {
      const { portal } = administratorOf(request);
      if (!(await deps.invitations.withdraw(portal, idOf(request.params.id)))) throw unknown("invitation");
      return sendNothing(reply);
    },
  );

  scope.get(
    "/box-invitations/mine",
    {
      schema: {
        ...common,
        summary: "Mailboxes that the viewer is asked to connect",
        response: { 200: invitations, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      return present(viewer, await deps.invitations.of(viewer.portal, viewer.userId), request.say);
    },
  );

  scope.post(
    "/box-invitations/:id/sign-ins/offer",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        ...ofOne,
        summary: "Whether the box of an invitation is signed in at its vendor's own page",
        body: invitationTyped,
        response: { 200: signInOffer, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      return offerSignIn(deps, viewer, await wish(viewer, request.params.id, request.body.settings), request.say);
    },
  );

  scope.post(
    "/box-invitations/:id/sign-ins",
    {
      config: { rateLimit },
      schema: {
        ...ofOne,
        summary: "Begins the sign-in at a vendor's own page that an invitation asks for",
        body: invitationBegin,
        response: { 200: signInBegun, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const { vendor, settings } = request.body;
      return beginSignIn(deps, viewer, { ...(await wish(viewer, request.params.id, settings)), vendor });
    },
  );

  scope.post(
    "/box-invitations/:id/sign-ins/take",
    {
      config: { rateLimit },
      schema: {
        ...ofOne,
        summary: "Takes over a sign-in that an invitation asked for",
        body: signInTake,
        response: { 200: signInTaken, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      await wish(viewer, request.params.id, {});
      return takeSignIn(deps, viewer, request.body.code);
    },
  );

  scope.post(
    "/box-invitations/:id/connect",
    {
      config: { rateLimit },
      schema: {
        ...ofOne,
        summary: "Connects the mailbox of one's own invitation",
        description: "Whose box it is and its address are the invitation's. A second time: with other credentials.",
        body: invitationFollow,
        response: { 200: invitationFollowed, ...errors },
      },
    },
    async (request) => {
      const viewer = viewerOf(request);
      const id = idOf(request.params.id);
      const outcome = await deps.invitations.follow(viewer.portal, viewer.userId, id, request.body);
      if (outcome.kind === "unknown") throw unknown("invitation");
      if (outcome.kind !== "done") throw accountError(outcome);
      deps.accountChanged(outcome.account.id);
      return { connection: presentConnection(outcome.account.connection, request.say) };
    },
  );

  async function wish({ portal, userId }: Viewer, id: string, typed: Readonly<Record<string, unknown>>) {
    const found = await deps.invitations.settings(portal, userId, idOf(id), typed);
    if (!found) throw unknown("invitation");
    return found;
  }
}

function idOf(value: string): string {
  if (!isOurId(value)) throw unknown("invitation");
  return value.toLowerCase();
}
