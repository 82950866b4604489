import { channelBattery } from "../../contract/channel.ts";
import type { ChannelFault } from "../../contract/channel-harness.ts";
import type { WhatsappCloudEmulator } from "../../emulators/whatsapp-cloud/emulator.ts";
import { personReacts, personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import type { Json } from "../../emulators/whatsapp-cloud/types.ts";
import { cloudAccount, cloudFile, setUp, WEBHOOK_URL, webhookRequest } from "./harness.ts";
import { asDelivered } from "./shown.ts";

channelBattery("whatsapp-cloud", async () => {
  const { emulator, business, adapter, account, chatId, written, pacing, close } = await setUp();
  const bytes = Buffer.from("the bytes of a document");
  const signed = (body: unknown) => webhookRequest(body, business.appSecret);
  const file = personWrites(business, chatId, {
    document: { bytes, mime: "application/pdf", filename: "a.pdf", caption: "Please read" },
  });
  const says = (type: string, rest: Json) => personWrites(business, chatId, { raw: { type, ...rest } }).body;
  const [media] = [...business.media.values()];
  const samples = {
    location: says("location", { location: { latitude: 52.5163, longitude: 13.3777, name: "Office" } }),
    contact: says("contacts", {
      contacts: [{ name: { formatted_name: "Bo" }, phones: [{ phone: "+49 151 1234567" }] }],
    }),
    forwarded: personWrites(business, chatId, { text: "Look" }, { forwarded: true }).body,
    notice: says("system", {
      system: { type: "user_changed_number", body: "User Anna changed", wa_id: "4915119999999" },
    }),
    reaction: personReacts(business, chatId, "wamid.SGVsbG8=", "👍"),
    removal: says("revoke", { revoke: { original_message_id: file.id } }),
    receipt: business.tell({
      statuses: [{ id: "wamid.SGVsbG8=", status: "read", timestamp: business.seconds(), recipient_id: chatId }],
    }),
  };
  const edited = says("edit", {
    edit: {
      original_message_id: file.id,
      message: { type: "document", document: { id: media?.id, caption: "Read it" } },
    },
  });
  const saying = new Map<string, Json>();
  return {
    adapter,
    account,
    chatId,
    place: { webhookUrl: WEBHOOK_URL, https: true },
    genuine: {
      message: () => signed(file.body),
      saying: (text) => {
        const body = saying.get(text) ?? personWrites(business, chatId, { text }).body;
        saying.set(text, body);
        return signed(body);
      },
      edit: () => signed(edited),
      ignored: () => [
        signed(
          business.tell({ statuses: [{ id: "wamid.AA==", status: "sent", timestamp: "1", recipient_id: chatId }] }),
        ),
        signed(business.tell({ event: "APPROVED" }, "message_template_status_update")),
        signed(
          emulator.addBusiness().tell({ messages: [{ from: chatId, id: "wamid.AA==", timestamp: "1", type: "text" }] }),
        ),
      ],
      withBody: signed,
      media: () => ({ ref: media?.id ?? "", bytes }),
    },
    samples: Object.fromEntries(Object.entries(samples).map(([kind, body]) => [kind, () => signed(body)])),
    reactable: { externalId: written, emoji: "❤️", seen: () => business.reactions.get(written) ?? "" },
    approved: {
      template: { name: "order_ready", language: "en_US", variables: ["Anna", "A-17"] },
      shown: "Hello Anna, your order A-17 is ready.",
    },
    people: { known: { phone: "+4915112345600" }, nobody: { username: "anna" } },
    pacing,
    forged: () => [
      { ...signed(file.body), headers: {} },
      webhookRequest(file.body, "0".repeat(32)),
      webhookRequest(file.body, ""),
      webhookRequest(file.body, String(cloudAccount(emulator.addBusiness()).credentials["appSecret"])),
      { ...signed(file.body), rawBody: Buffer.from(JSON.stringify({ ...file.body, more: 1 })) },
      {
        ...signed(file.body),
        headers: { "x-hub-signature-256": [String(signed(file.body).headers["x-hub-signature-256"])] },
      },
      { ...signed(file.body), method: "GET" },
      {
        method: "GET",
        headers: {},
        rawBody: Buffer.alloc(0),
        query: { "hub.mode": "subscribe", "hub.verify_token": "another", "hub.challenge": "1" },
      },
    ],
    calls: () => emulator.calls().length,
    delivered: () => Promise.resolve(emulator.sentTo(chatId).map(asDelivered)),
    file: cloudFile,
    fault: (kind) => playFault(emulator, kind),
    close,
  };
});

async function playFault(emulator: WhatsappCloudEmulator, kind: ChannelFault): Promise<void> {
  if (kind === "unreachable") await emulator.goDown();
  else if (kind === "bad-credentials") emulator.business().revoked = true;
  else if (kind === "busy") emulator.fault({ kind: "error", status: 429, code: 130429, details: "Rate limit hit" });
  else if (kind === "refused")
    emulator.fault({ kind: "error", status: 400, code: 131026, details: "Message Undeliverable." });
  else emulator.fault({ kind: kind === "dropped-before" ? "drop-before" : "drop-after" });
}
