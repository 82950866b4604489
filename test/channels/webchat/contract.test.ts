import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { createWebchatAdapter } from "../../../src/channels/webchat/adapter.ts";
import { createHub } from "../../../src/channels/webchat/hub.ts";
import { createUploads } from "../../../src/channels/webchat/uploads.ts";
import { createVisitorDesk } from "../../../src/channels/webchat/visitor.ts";
import type { Account } from "../../../src/domain/account.ts";
import { accountId, portalId } from "../../../src/domain/ids.ts";
import type { Content } from "../../../src/domain/message.ts";
import { channelBattery } from "../../contract/channel.ts";
import type { DeliveredMessage } from "../../contract/channel-harness.ts";
import { sampleFile } from "../telegram/harness.ts";

const VISITOR = `v${"a".repeat(22)}`;

/**
 * Visitors write by routes of the chat's own (`parts.test.ts`), which turn it into events at the desk;
 * the door of other vendors' webhooks is shut. Nothing that could fail lies between us and them: no faults. What a visitor sees is the kept row of whatever the adapter called sent.
 */
channelBattery("webchat", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "webchat-contract-"));
  const rows = new Map<string, DeliveredMessage>();
  const uploads = createUploads({ dataDir, now: () => new Date(0) });
  const { bytes } = sampleFile("photo");
  const upload = await uploads.keep({ stream: Readable.from([bytes]), name: "photo.png", maxBytes: 1_000_000 });
  if (upload.kind !== "kept") throw new Error(upload.kind);
  let notices = 0;
  const adapter = keeping(
    createWebchatAdapter({
      hub: {
        notify: () => {
          notices += 1;
        },
      },
      uploads,
    }),
    rows,
  );
  const account: Account = {
    id: accountId("4a1c7c8e-6d0f-4f57-9d7c-0a5c1c2b7b11"),
    portal: portalId("p"),
    channel: "webchat",
    name: "Site",
    credentials: {},
    webhookSecret: "a secret that no request proves",
    settings: { origins: ["https://shop.example"] },
    enabled: true,
    connection: { kind: "starting", sentence: "Not connected yet." },
    profile: {},
    createdAt: new Date(0),
  };
  const desk = createVisitorDesk({
    secretKey: "0123456789abcdef0123456789abcdef",
    hub: createHub({ publish: () => undefined, subscribe: () => () => undefined }, "test"),
    now: () => new Date("2026-11-28T10:00:00Z"),
  });
  const webhook = (method: string, rawBody: Buffer = Buffer.from('{"text":"Hello"}')) => ({
    method,
    headers: { origin: "https://shop.example", "content-type": "application/json" },
    rawBody,
    query: {},
  });
  const said = (text: string) =>
    desk.messages(VISITOR, { clientId: "4a1c7c8e-6d0f-4f57-9d7c-0a5c1c2b7b11", text, attachments: [] });
  return {
    genuine: {
      message: () => said("Hello"),
      ignored: () => [],
      withBody: (body) => webhook("POST", body),
      media: () => ({ ref: upload.source.ref, bytes }),
    },
    samples: { notice: () => [desk.rating(VISITOR, { scale: "stars", value: 4, session: "7" })] },
    adapter,
    account,
    chatId: VISITOR,
    showsWhole: true,
    place: { webhookUrl: "https://app.example/channels/webchat/acc-1", https: true },
    forged: () => ["POST", "GET", "PUT"].map((method) => webhook(method)),
    calls: () => notices,
    delivered: () => Promise.resolve([...rows.values()]),
    file: sampleFile,
    close: () => rm(dataDir, { recursive: true, force: true }),
  };
});

/** Keeps rows as the relay does: by what the adapter says became of them. */
function keeping(adapter: ChannelAdapter, rows: Map<string, DeliveredMessage>): ChannelAdapter {
  return {
    ...adapter,
    async send(account, message, key) {
      const outcome = await adapter.send(account, message, key);
      if (outcome.kind === "sent")
        for (const externalId of outcome.externalIds) rows.set(externalId, shown(externalId, message.content));
      return outcome;
    },
    async edit(account, change) {
      const outcome = await adapter.edit?.(account, change);
      if (outcome?.kind !== "sent") throw new Error("not edited");
      for (const externalId of outcome.externalIds) rows.set(externalId, shown(externalId, change.content));
      return outcome;
    },
    async remove(account, change) {
      const outcome = await adapter.remove?.(account, change);
      if (outcome?.kind !== "sent") throw new Error("not removed");
      for (const externalId of outcome.externalIds) rows.delete(externalId);
      return outcome;
    },
  };
}

const shown = (externalId: string, { body, attachments, quote }: Content): DeliveredMessage => ({
  externalId,
  // As the store keeps it.
  text: body.text.toWellFormed(),
  spans: body.spans.map((span) => ({ kind: span.kind, text: body.text.slice(span.start, span.end) })),
  files: attachments.map((file) => file.size ?? 0),
  ...(quote?.externalId !== undefined && { quoted: quote.externalId }),
});
