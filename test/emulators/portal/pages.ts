import { randomBytes } from "node:crypto";
import type { InstalledApplication } from "./model.ts";
import { encodeForm } from "./php-form.ts";
import type { EmulatedPortal } from "./portal.ts";
import type { Fields } from "./values.ts";

/** A page request as the portal's own frame would send it. */
export interface PageRequest {
  readonly url: string;
  readonly fields: Record<string, string>;
}

export interface OpenedPage extends PageRequest {
  readonly status: number;
  readonly html: string;
  /** The JSON of the page's `boot` script, when it has one. */
  readonly boot: Fields | undefined;
}

/** Builds the POST with which the portal opens a page of the application for a person. */
export function pageRequest(
  portal: EmulatedPortal,
  application: InstalledApplication,
  target: { handler: string; placement: string; options?: Fields | undefined; userId?: number | undefined },
): PageRequest {
  const { handler, placement, options, userId } = target;
  const viewer = userId ?? portal.administrator().id;
  const pair = portal.services.authorization.issuePair(portal.id, application.clientId, viewer, application.scope);
  const url = new URL(handler);
  url.searchParams.set("DOMAIN", portal.domain);
  url.searchParams.set("PROTOCOL", "0");
  url.searchParams.set("LANG", portal.settings.language);
  url.searchParams.set("APP_SID", randomBytes(16).toString("hex"));
  return {
    url: url.href,
    fields: {
      AUTH_ID: pair.access.value,
      AUTH_EXPIRES: String(portal.services.authorization.accessLifetimeSeconds),
      REFRESH_ID: pair.refresh,
      SERVER_ENDPOINT: portal.services.authorization.serverEndpoint,
      APPLICATION_TOKEN: application.applicationToken,
      APPLICATION_SCOPE: application.scope.join(","),
      member_id: portal.memberId,
      status: application.status,
      PLACEMENT: placement,
      ...(options === undefined ? {} : { PLACEMENT_OPTIONS: JSON.stringify(options) }),
    },
  };
}

/** Sends the request like a browser frame and reads the page. */
export async function openPage(portal: EmulatedPortal, request: PageRequest): Promise<OpenedPage> {
  const response = await fetch(request.url, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      origin: `http://${portal.domain}`,
      referer: `http://${portal.domain}/`,
    },
    body: encodeForm(request.fields),
    redirect: "manual",
  });
  const html = await response.text();
  return { ...request, status: response.status, html, boot: readBoot(html) };
}

/** The JSON that a page of the app carries in its `boot` script. */
function readBoot(html: string): Fields | undefined {
  const script = /<script type="application\/json" id="boot">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (script === undefined) return undefined;
  try {
    return JSON.parse(script) as Fields;
  } catch {
    return undefined;
  }
}
