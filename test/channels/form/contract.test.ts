import { createFormAdapter } from "../../../src/channels/form/adapter.ts";
import { channelBattery } from "../../contract/channel.ts";
import { sampleFile } from "../telegram/harness.ts";
import { account, filled, NOW, request } from "./harness.ts";

channelBattery("form", async () => ({
  adapter: createFormAdapter({ now: () => NOW }),
  account,
  place: { webhookUrl: "https://app.example/channels/form/acc-1", https: true },
  chatId: "tel:+34600123456",
  genuine: {
    message: () => request(filled),
    ignored: () => [request({ ...filled, website: "https://spam.example" })],
    withBody: (body) => request(body),
  },
  forged: () => [
    request({ ...filled, key: "" }),
    request({ ...filled, key: "another-key" }),
    request(filled, {}, { ...account, webhookSecret: "of-another-account" }),
    request(filled, { origin: "https://evil.example" }),
    request(filled, { origin: "null" }),
    { ...request(filled), headers: { "content-type": "application/json" } },
  ],
  samples: { notice: () => request(filled) },
  calls: () => 0,
  delivered: () => Promise.resolve([]),
  file: sampleFile,
  close: () => Promise.resolve(),
}));
