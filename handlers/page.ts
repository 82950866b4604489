import type { FastifyPluginAsync, FastifyReply } from "fastify";
import type { BootInstallation, GivenAnswer } from "../src/api/boot.ts";
import type { Portal } from "../src/domain/portal.ts";
import type { App } from "../src/server/app.ts";
import { localeOf } from "../src/server/locale.ts";
import type { PageName, Pages } from "../src/server/pages.ts";
import type { Sessions } from "../src/server/session.ts";
import { type FrameDeps, frameBody, frameQuery, inFrame, type Person, placementOptions } from "./frame.ts";

export interface PageDeps extends FrameDeps {
  readonly pages: Pages;
  readonly sessions: Sessions;
}

export interface Opened {
  readonly page: PageName;
  readonly portal: Portal;
  readonly person: Person;
  readonly placement: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly language: string | undefined;
  readonly installation?: BootInstallation;
  /** What the page would ask for first, by the session that it gets. */
  readonly given?: (viewer: { readonly session: string; readonly locale: string }) => Promise<readonly GivenAnswer[]>;
  /** The page stands alone: nobody frames it. */
  readonly standalone?: boolean;
}

/** Answers a page with its boot data: a fresh session and what is known of portal and person. */
export async function openPage(
  deps: Pick<PageDeps, "pages" | "sessions">,
  reply: FastifyReply,
  opened: Opened,
): Promise<FastifyReply> {
  const { portal, person, placement, options } = opened;
  const session = await deps.sessions.issue({
    portal: portal.id,
    userId: person.id,
    admin: person.admin,
    placement,
    options,
  });
  const locale = localeOf(opened.language ?? portal.language);
  const given = await opened.given?.({ session, locale });
  const boot = {
    session,
    portal: { id: portal.id, name: portal.name, domain: portal.domain, active: portal.active },
    user: { ...person, editor: isEditor(portal, person), ...roleOf(portal, person) },
    placement,
    options,
    locale,
    ...(given && { given }),
    ...(opened.installation && { installation: opened.installation }),
  };
  return deps.pages.send(reply, opened.page, boot, opened.standalone ? undefined : portal);
}

function roleOf(portal: Portal, person: Person) {
  const role = person.admin ? undefined : portal.roles.find(({ id }) => id === person.id)?.role;
  return role === undefined ? {} : { role };
}

/** Administrators, and whoever they allow to change rules and links of customers. */
const isEditor = (portal: Portal, person: Person) =>
  person.admin || portal.editors.some((editor) => editor.id === person.id);

/** `POST /`: the app's own page in the portal. Administrators and editors get the settings, agents the workplace. */
export async function registerPage(app: App, deps: PageDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (scope) => {
    scope.setErrorHandler((error: Error, request, reply) => deps.pages.error(error, request, reply));
    scope.get("/", { schema: { hide: true } }, (request, reply) =>
      deps.pages.notice(request, reply, { status: 200, code: "open-inside" }),
    );
    (scope as App).post(
      "/",
      {
        schema: {
          summary: "The app's page, opened by the portal",
          tags: ["pages"],
          body: frameBody,
          querystring: frameQuery,
        },
      },
      (request, reply) =>
        inFrame(deps, request.body, ({ portal, person }) =>
          openPage(deps, reply, {
            page: isEditor(portal, person) ? "settings" : "workplace",
            portal,
            person,
            placement: request.body.PLACEMENT ?? "DEFAULT",
            options: placementOptions(request.body.PLACEMENT_OPTIONS),
            language: request.query.LANG,
          }),
        ),
    );
  };
  await app.register(routes);
}
