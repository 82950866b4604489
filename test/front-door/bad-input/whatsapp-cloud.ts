import { createHmac } from "node:crypto";
import { personWrites } from "../../emulators/whatsapp-cloud/people.ts";
import type { World } from "../../support/world/world.ts";
import { postSigned } from "../support.ts";
import { TOO_LARGE_BYTES } from "./cases.ts";
import type { Front, Visitor } from "./front.ts";

const HEADER = "x-hub-signature-256";

export const whatsappCloud: Front = {
  channel: "whatsapp-cloud",
  async open(world: World, portal: string) {
    const { whatsappCloud: vendor } = world.vendors;
    const business = vendor.business();
    const { phoneNumberId, businessAccountId, accessToken, appSecret } = business;
    const credentials = { phoneNumberId, businessAccountId, accessToken, appSecret };
    const account = await world.connect({ channel: "whatsapp-cloud", credentials }, { portal });
    const path = `/channels/whatsapp-cloud/${account.id}`;
    const signed = (body: Buffer) => ({
      [HEADER]: `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`,
    });

    function visitorOf(waId: string): Visitor {
      const raw = (type: string, part: object) => void personWrites(business, waId, { raw: { type, [type]: part } });
      return {
        id: waId,
        async says(text) {
          personWrites(business, waId, { text });
          return undefined;
        },
        async sends({ name, mime, bytes }) {
          const image = mime.startsWith("image/");
          personWrites(
            business,
            waId,
            image ? { image: { bytes, mime } } : { document: { bytes, mime, filename: name } },
          );
          return undefined;
        },
        saysUnreadable: async () => raw("hologram", { depth: 3 }),
        sendsGone: async () => raw("image", { id: "999", mime_type: "image/png" }),
        async sendsTooLarge(tellsSize) {
          const { id, mime } = business.addMedia(Buffer.from(""), "video/mp4", { zeros: TOO_LARGE_BYTES, tellsSize });
          raw("video", { id, mime_type: mime });
          return undefined;
        },
      };
    }

    return {
      account: account.id,
      visitor: async (name = "Anna") => visitorOf(vendor.addPerson({ name }).waId),
      async forged(words) {
        const body = Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [{ words }] }));
        return [
          await postSigned(world, path, body, {}),
          await postSigned(world, path, body, { [HEADER]: `sha256=${"0".repeat(64)}` }),
          await postSigned(world, path, Buffer.concat([body, Buffer.from(" ")]), signed(body)),
        ];
      },
      async replayed(words) {
        const { waId } = vendor.addPerson();
        // The emulator tells it too: three times in all.
        const body = Buffer.from(JSON.stringify(personWrites(business, waId, { text: words }).body));
        const tell = () => postSigned(world, path, body, signed(body));
        return { visitor: visitorOf(waId), statuses: [await tell(), await tell()] };
      },
      async unknownKinds() {
        const changes = [{ field: "invented", value: 1 }];
        const body = Buffer.from(JSON.stringify({ object: "whatsapp_business_account", entry: [{ changes }] }));
        return [await postSigned(world, path, body, signed(body))];
      },
    };
  },
};
