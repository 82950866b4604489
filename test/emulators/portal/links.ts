import { EmulatorControlError, type PortalControls } from "./controls.ts";
import type { PageRequest } from "./pages.ts";

/**
 * What the portal opens when a person follows a link of the form `/marketplace/view/<code>/?params[…]`: the widget
 * REST_APP_URI of the application with that code, told all that stands in `params` and, as `URI`, where the person was
 * (https://apidocs.bitrix24.com/api-reference/widgets/universal/app-url.html). Other query keys do not reach it.
 */
export function linkRequest(controls: PortalControls, link: string, userId?: number): PageRequest {
  const { portal } = controls;
  const url = new URL(link, `http://${portal.domain}`);
  if (url.host !== portal.domain) throw new EmulatorControlError(`${url.host} is another place`);
  const code = decodeURIComponent(/^\/marketplace\/view\/([^/]+)\/$/.exec(url.pathname)?.[1] ?? "");
  const card = [...portal.services.authorization.cards.values()].find((each) => each.code === code);
  if (card === undefined) throw new EmulatorControlError(`no application has the code "${code}"`);
  const params = [...url.searchParams].flatMap(([key, value]) => {
    const name = /^params\[([^[\]]+)\]$/.exec(key)?.[1];
    return name === undefined ? [] : [[name, value] as const];
  });
  return controls.placementRequest(
    "REST_APP_URI",
    { URI: "/stream/", ...Object.fromEntries(params) },
    { clientId: card.clientId, userId },
  );
}
