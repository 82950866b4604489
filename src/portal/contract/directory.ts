import type { PortalId } from "../../domain/ids.ts";
import type { Connectors, OpenLines, PortalCaller, VoiceWay } from "../contract.ts";
import type { Automation } from "./automation.ts";
import type { Crm } from "./crm.ts";
import type { LineChats } from "./line-chats.ts";
import type { LineDesk } from "./line-desk.ts";
import type { LineSettings } from "./line-settings.ts";
import type { MessageProviders } from "./message-providers.ts";
import type { OwnMail } from "./own-mail.ts";
import type { People } from "./people.ts";

/** Gives the client of a portal; background work runs under the installing administrator's tokens. */
export interface PortalDirectory {
  /** How what agents write on our own pages gets into the lines. */
  readonly voice: VoiceWay;
  lines(portal: PortalId): OpenLines;
  connectors(portal: PortalId): Connectors;
  crm(portal: PortalId): Crm;
  /** With the viewer's own rights; remembers nothing. */
  crmOf(portal: PortalId, userId: string): Crm;
  /** Chats of lines as the application may see them. */
  chats(portal: PortalId): LineChats;
  /** Sessions of the lines' chats, with the viewer's own rights. */
  chatsOf(portal: PortalId, userId: string): LineChats;
  lineSettings(portal: PortalId): LineSettings;
  messageProviders(portal: PortalId): MessageProviders;
  /** All settings of lines, with the viewer's own rights. */
  lineDeskOf(portal: PortalId, userId: string): LineDesk;
  /** With the viewer's own rights. */
  ownMailOf(portal: PortalId, userId: string): OwnMail;
  people(portal: PortalId): People;
  automation(portal: PortalId): Automation;
  caller(portal: PortalId): PortalCaller;
  /** Acts with the viewer's own rights; for that viewer's actions alone. */
  viewer(portal: PortalId, userId: string): PortalCaller;
}
