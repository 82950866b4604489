/**
 * Opens pages of an application in the portal's frames: the POST that the frame is loaded with, and the answers that the
 * frame's SDK gets from its parent window afterwards. Facts about the messages: the public sources of the SDK
 * (`packages/jssdk/src/frame`, `packages/jssdk/src/types/auth.ts`).
 */
import { z } from "zod";
import { EmulatorControlError, type PortalControls } from "../controls.ts";
import type { InstalledApplication, PortalUser } from "../model.ts";
import type { PageRequest } from "../pages.ts";
import { asRecord, type Fields } from "../values.ts";
import { optionsOf, pageMemory } from "./memory.ts";

const options = z.record(z.string(), z.unknown());

export const frameTarget = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("placement"), code: z.string(), bindingId: z.number().int(), options }),
  z.strictObject({ kind: z.literal("connector"), connector: z.string(), line: z.number().int() }),
  z.strictObject({ kind: z.literal("install") }),
  z.strictObject({ kind: z.literal("app"), options: options.optional() }),
]);
export type FrameTarget = z.output<typeof frameTarget>;

/** Everything the page needs to load one frame and to speak with it. */
export interface FrameOpening extends PageRequest {
  /** Name of the frame's window: address, protocol and session id; the SDK reads it there. */
  readonly name: string;
  readonly sid: string;
  /** The only origin whose messages are heard. */
  readonly origin: string;
  readonly clientId: string;
  /** The answer to the SDK's first question. */
  readonly init: Fields;
}

export function openFrame(controls: PortalControls, userId: number, target: FrameTarget): FrameOpening {
  const { portal } = controls;
  const user = portal.users.get(userId);
  if (user === undefined || user.kind !== "employee") throw new EmulatorControlError(`no employee ${userId}`);
  const request = requestOf(controls, userId, target);
  const application = applicationOf(controls, target);
  const url = new URL(request.url);
  const sid = url.searchParams.get("APP_SID") ?? "";
  return {
    ...request,
    name: `${portal.domain}|0|${sid}`,
    sid,
    origin: url.origin,
    clientId: application.clientId,
    init: initData(controls, application, user, request.fields, target),
  };
}

/** A fresh pair for a page that is open already, as the parent window fetches it for refreshAuth. */
export function refreshFrame(controls: PortalControls, userId: number, clientId: string): Fields {
  const { portal } = controls;
  const application = portal.installation(clientId);
  if (application === undefined) throw new EmulatorControlError("the application is not installed");
  const { authorization } = portal.services;
  const pair = authorization.issuePair(portal.id, clientId, userId, application.scope);
  return { AUTH_ID: pair.access.value, REFRESH_ID: pair.refresh, AUTH_EXPIRES: "3600" };
}

function requestOf(controls: PortalControls, userId: number, target: FrameTarget): PageRequest {
  switch (target.kind) {
    case "placement":
      return controls.placementRequest(target.code, target.options, { userId, bindingId: target.bindingId });
    case "connector":
      return controls.connectorSettingsRequest(target.connector, target.line, userId);
    case "install":
      return controls.installRequest({ userId });
    case "app":
      return controls.appRequest({ userId, options: target.options });
  }
}

function applicationOf(controls: PortalControls, target: FrameTarget): InstalledApplication {
  const owner = ownerOf(controls, target);
  const application = owner === undefined ? undefined : controls.portal.installation(owner);
  if (application === undefined) throw new EmulatorControlError("the application is not installed");
  return application;
}

function ownerOf({ portal }: PortalControls, target: FrameTarget): string | undefined {
  if (target.kind === "connector") return portal.connectors.get(target.connector)?.clientId;
  if (target.kind === "placement") return portal.placements.find(({ id }) => id === target.bindingId)?.clientId;
  return [...portal.services.authorization.cards.keys()][0];
}

function initData(
  controls: PortalControls,
  application: InstalledApplication,
  user: PortalUser,
  fields: Readonly<Record<string, string>>,
  target: FrameTarget,
): Fields {
  const { portal } = controls;
  const memory = pageMemory(portal);
  const appOptions = optionsOf(memory.appOptions, application.clientId);
  return {
    DOMAIN: portal.domain,
    PROTOCOL: "0",
    PATH: "/rest",
    LANG: portal.settings.language,
    MEMBER_ID: portal.memberId,
    AUTH_ID: fields["AUTH_ID"],
    REFRESH_ID: fields["REFRESH_ID"],
    AUTH_EXPIRES: fields["AUTH_EXPIRES"],
    IS_ADMIN: user.admin,
    APP_OPTIONS: appOptions,
    USER_OPTIONS: optionsOf(memory.userOptions, `${application.clientId}|${user.id}`),
    PLACEMENT: fields["PLACEMENT"],
    PLACEMENT_OPTIONS: asRecord(JSON.parse(fields["PLACEMENT_OPTIONS"] ?? "{}")),
    INSTALL: target.kind === "install" && !application.installed,
    FIRST_RUN: appOptions["install"] !== true,
  };
}
