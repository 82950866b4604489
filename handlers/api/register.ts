import type { FastifyPluginAsync } from "fastify";
import type { App } from "../../src/server/app.ts";
import { createChatAccess } from "./access.ts";
import { registerAccountSessionRoutes } from "./account-session.ts";
import { registerAccountRoutes } from "./accounts.ts";
import { registerAttachmentRoute } from "./attachments.ts";
import { registerAutomationRoutes } from "./automation.ts";
import { registerBccRoutes } from "./bcc.ts";
import { registerBelongingRoutes } from "./belonging.ts";
import { registerBotRoutes } from "./bots.ts";
import { registerCannedFolderRoutes } from "./canned-folders.ts";
import { registerCannedReplyRoutes } from "./canned-replies.ts";
import { registerCardRoutes } from "./cards.ts";
import { registerChannelRoutes } from "./channels.ts";
import { registerConversationRoutes } from "./conversations.ts";
import { registerCustomerRoutes } from "./customers.ts";
import type { ApiDeps } from "./deps.ts";
import { registerDeskRoutes } from "./desk.ts";
import { registerElsewhereRoutes } from "./elsewhere.ts";
import { registerFindRoutes } from "./find.ts";
import { registerFirstContactRoutes } from "./first-contact.ts";
import { registerHealthRoutes } from "./health.ts";
import { registerInvitationRoutes } from "./invitations.ts";
import { registerJournalRoute } from "./journal.ts";
import { registerLetterRoutes } from "./letters.ts";
import { createLineCircles } from "./line-circles.ts";
import { registerLineSessionRoute } from "./line-session.ts";
import { registerLineRoutes } from "./lines.ts";
import { registerLiveRoutes } from "./live.ts";
import { registerMailRoutes } from "./mail.ts";
import { registerMailGroupRoutes } from "./mail-groups.ts";
import { registerMailReportRoutes } from "./mail-report.ts";
import { registerMessageRoute } from "./message.ts";
import { registerMessageRoutes } from "./messages.ts";
import { registerNoteRoutes } from "./notes.ts";
import { registerOwnLineRoutes } from "./own-line.ts";
import { registerOwnLineNowRoute } from "./own-line-now.ts";
import { registerPersonRoutes } from "./person.ts";
import { registerPlannedRoutes } from "./planned.ts";
import { registerPortalRoutes } from "./portal.ts";
import { createPrivateBoxes } from "./private-boxes.ts";
import { registerRatingRoutes } from "./ratings.ts";
import { guardReaders } from "./readers.ts";
import { registerReportRoutes } from "./reports.ts";
import { registerRuleRoutes } from "./rules.ts";
import { registerSessionRoute } from "./session.ts";
import { registerSignInRoutes } from "./sign-ins.ts";
import { registerTemplateRoute } from "./templates.ts";
import { registerTranscriptRoutes } from "./transcripts.ts";
import { registerUnsubscribedRoutes } from "./unsubscribed.ts";
import { registerWriteRoutes } from "./write.ts";

/** `/api/*`: everything our pages ask, by bearer session. */
export async function registerApi(app: App, deps: ApiDeps): Promise<void> {
  const circles = createLineCircles(deps.store, deps.portals, deps.inTurn, deps.now);
  const access = createChatAccess(
    deps.portals,
    deps.store,
    circles,
    createPrivateBoxes(deps.store, deps.now),
    deps.now,
  );
  const guarded: FastifyPluginAsync = async (plain) => {
    const scope = plain as App;
    deps.sessions.guard(scope);
    guardReaders(scope);
    registerAccountRoutes(scope, deps);
    registerAccountSessionRoutes(scope, deps);
    registerSignInRoutes(scope, deps);
    registerInvitationRoutes(scope, deps);
    registerChannelRoutes(scope, deps);
    registerLineRoutes(scope, deps);
    registerJournalRoute(scope, deps, access);
    registerDeskRoutes(scope, deps, access);
    registerFindRoutes(scope, deps, access);
    registerConversationRoutes(scope, deps, access);
    registerElsewhereRoutes(scope, deps, access);
    registerMessageRoutes(scope, deps, access);
    registerMessageRoute(scope, deps, access);
    registerLetterRoutes(scope, deps, access);
    registerWriteRoutes(scope, deps, access);
    registerPlannedRoutes(scope, deps, access);
    registerMailRoutes(scope, deps, access);
    registerMailGroupRoutes(scope, deps);
    registerMailReportRoutes(scope, deps, access);
    registerUnsubscribedRoutes(scope, deps, access);
    registerBccRoutes(scope, deps);
    registerNoteRoutes(scope, deps, access);
    registerLineSessionRoute(scope, deps, access);
    registerCannedReplyRoutes(scope, deps);
    registerCannedFolderRoutes(scope, deps);
    registerTemplateRoute(scope, deps);
    await registerAttachmentRoute(scope, deps, access);
    registerFirstContactRoutes(scope, deps, access);
    registerCustomerRoutes(scope, deps);
    registerBelongingRoutes(scope, deps, access);
    registerPersonRoutes(scope, deps, access);
    registerCardRoutes(scope, deps, access);
    registerPortalRoutes(scope, deps);
    registerReportRoutes(scope, deps, access);
    registerRuleRoutes(scope, deps);
    registerLiveRoutes(scope, deps, access);
    registerHealthRoutes(scope, deps);
    registerBotRoutes(scope, deps);
    registerOwnLineRoutes(scope, deps);
    registerRatingRoutes(scope, deps, access);
    registerTranscriptRoutes(scope, deps, access);
    registerOwnLineNowRoute(scope, deps);
    registerAutomationRoutes(scope, deps);
  };
  const all: FastifyPluginAsync = async (scope) => {
    scope.addHook("onSend", async (_request, reply) => {
      reply.header("cache-control", "no-store");
    });
    registerSessionRoute(scope as App, deps);
    await scope.register(guarded);
  };
  await app.register(all, { prefix: "/api" });
}
