import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import type { App } from "../src/server/app.ts";
import { HttpError } from "../src/server/errors.ts";
import type { PageName } from "../src/server/pages.ts";
import { firstAnswers, type OpenedCard } from "./first-answers.ts";
import { frameBody, frameQuery, inFrame, placementOptions } from "./frame.ts";
import { openPage, type PageDeps } from "./page.ts";

/** Addresses that the portal opens, and the page each of them shows. */
const PLACEMENTS: Readonly<Record<string, PageName>> = {
  "deal-tab": "card-tab",
  "lead-tab": "card-tab",
  "contact-tab": "card-tab",
  "company-tab": "card-tab",
  workplace: "workplace",
  "connector-setup": "connector-setup",
};

const params = z.object({ name: z.string().max(60) });

/** `POST /placements/:name`: our pages inside the portal's own (card tabs, left menu, connector's settings). */
export async function registerPlacements(app: App, deps: PageDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (plain) => {
    const scope = plain as App;
    scope.setErrorHandler((error: Error, request, reply) => deps.pages.error(error, request, reply));
    scope.get("/placements/:name", { schema: { params, hide: true } }, (request, reply) => {
      pageOf(request.params.name);
      return deps.pages.notice(request, reply, { status: 200, code: "open-inside" });
    });
    scope.post(
      "/placements/:name",
      {
        schema: {
          summary: "A placement, opened by the portal",
          tags: ["pages"],
          params,
          body: frameBody,
          querystring: frameQuery,
        },
      },
      async (request, reply) => {
        const page = pageOf(request.params.name);
        return inFrame(deps, request.body, async ({ portal, person }) => {
          if (page === "connector-setup" && !person.admin) {
            return deps.pages.notice(request, reply, {
              status: 403,
              code: "not-admin-line",
              language: request.query.LANG,
              portal,
            });
          }
          const options = placementOptions(request.body.PLACEMENT_OPTIONS);
          const card = page === "card-tab" ? cardOf(request.params.name, options) : undefined;
          return openPage(deps, reply, {
            page,
            portal,
            person,
            placement: request.body.PLACEMENT ?? request.params.name,
            options,
            ...(card && { given: (viewer) => firstAnswers(app, card, viewer) }),
            language: request.query.LANG,
          });
        });
      },
    );
  };
  await app.register(routes);
}

/** The card in whose tab the page stands; a card that is only being made has no number yet. */
function cardOf(placement: string, options: Readonly<Record<string, unknown>>): OpenedCard | undefined {
  const id = String(options["ID"] ?? "");
  return /^[1-9]\d{0,15}$/.test(id) ? { type: placement.replace(/-tab$/, ""), id } : undefined;
}

function pageOf(name: string): PageName {
  const page = Object.hasOwn(PLACEMENTS, name) ? PLACEMENTS[name] : undefined;
  if (!page) throw new HttpError(404, "not_found", "There is no such page.");
  return page;
}
