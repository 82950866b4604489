/** The portal as its page shows it: one JSON with everything, small enough to be sent whole whenever it changes. */
import type { PortalControls } from "../controls.ts";
import type { Chat, Connector, Message } from "../model.ts";
import { displayName } from "../open-lines.ts";
import type { EmulatedPortal } from "../portal.ts";
import { asText, type Fields } from "../values.ts";
import { pageMemory } from "./memory.ts";

/** Older messages of a chat are not shown. */
const messagesShown = 300;

const typeIds = { leads: 1, deals: 2, contacts: 3, companies: 4 } as const;

export function pageView(controls: PortalControls): Fields {
  const { portal } = controls;
  const [card] = portal.services.authorization.cards.values();
  const application = card === undefined ? undefined : portal.installation(card.clientId);
  return {
    portal: { id: portal.id, domain: portal.domain },
    users: portal
      .employees()
      .filter((user) => user.active)
      .map((user) => ({
        id: user.id,
        name: displayName(user),
        admin: user.admin,
        extranet: user.extranet,
      })),
    lines: [...portal.lines.values()]
      .filter((line) => !line.deleted)
      .map((line) => ({ id: line.id, name: asText(line.config["LINE_NAME"]), queue: line.queue })),
    card:
      card === undefined
        ? null
        : { clientId: card.clientId, title: card.title, version: card.version, scope: card.scope },
    application: application === undefined ? null : { installed: application.installed, version: application.version },
    placements: portal.placements
      .filter((binding) => portal.installation(binding.clientId)?.installed === true)
      .map(({ id, placement, title, description }) => ({ id, placement, title, description })),
    connectors: [...portal.connectors.values()].map((connector) => connectorView(portal, connector)),
    chats: [...portal.chats.values()].map((chat) => chatView(portal, chat)),
    crm: crmView(portal),
    companions: pageMemory(portal).companions,
  };
}

function connectorView(portal: EmulatedPortal, connector: Connector): Fields {
  return {
    id: connector.id,
    name: connector.name,
    icon: connector.icon,
    lines: [...portal.statuses.values()]
      .filter((status) => status.connector === connector.id)
      .map(({ line, active, connection, register, error, data }) => ({
        line,
        working: active && connection && register && !error,
        error,
        name: data["name"] ?? "",
      })),
  };
}

function chatView(portal: EmulatedPortal, chat: Chat): Fields {
  const session = portal.sessions.get(chat.currentSessionId);
  const customer = portal.users.get(chat.portalUserId);
  const connector = portal.connectors.get(chat.connector);
  return {
    id: chat.id,
    title: chat.title,
    connector: chat.connector,
    connectorName: connector?.name ?? chat.connector,
    icon: connector?.icon ?? "",
    line: chat.line,
    lineName: asText(portal.lines.get(chat.line)?.config["LINE_NAME"]),
    customer: {
      name: displayName(customer) || "Guest",
      url: customer?.url ?? "",
      phone: customer?.phone ?? "",
      email: customer?.email ?? "",
    },
    state: session?.state ?? "closed",
    sessions: chat.sessionIds.length,
    operatorId: session?.operatorId ?? 0,
    members: chat.members,
    crm: chat.crm,
    messages: portal
      .chatMessages(chat)
      .slice(-messagesShown)
      .map((message) => messageView(portal, message)),
  };
}

function messageView(portal: EmulatedPortal, message: Message): Fields {
  return {
    id: message.id,
    from: message.from,
    authorId: message.authorId,
    author: displayName(portal.users.get(message.authorId)) || (message.from === "customer" ? "Guest" : ""),
    text: message.text,
    at: message.createdAt,
    sending: message.sending,
    delivered: message.connectorMid.length > 0,
    edited: message.edited,
    deleted: message.deleted,
    files: message.fileIds.flatMap((id) => {
      const file = portal.files.get(id)?.meta;
      return file === undefined ? [] : { id, name: file.name, type: file.type, size: file.size };
    }),
  };
}

function crmView(portal: EmulatedPortal): Fields {
  const { crm } = portal;
  const items = Object.entries(typeIds).map(([name, typeId]) => [
    name,
    [...(crm.items.get(typeId)?.values() ?? [])].map((item) => item.fields),
  ]);
  return {
    ...Object.fromEntries(items),
    stages: crm.stages.filter((stage) => stage.entityId !== "SOURCE"),
    sources: crm.stages.filter((stage) => stage.entityId === "SOURCE"),
    activities: [...crm.activities.values()].map((activity) => activity.fields),
    comments: crm.comments,
  };
}
