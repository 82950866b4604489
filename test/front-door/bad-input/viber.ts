import type { World } from "../../support/world/world.ts";
import { postSigned } from "../support.ts";
import { TOO_LARGE_BYTES } from "./cases.ts";
import type { Front, Visitor } from "./front.ts";

const HEADER = "x-viber-content-signature";

export const viber: Front = {
  channel: "viber",
  async open(world: World, portal: string) {
    const { viber: vendor } = world.vendors;
    const account = await world.connect({ channel: "viber", credentials: { token: vendor.bot.token } }, { portal });
    const path = `/channels/viber/${account.id}`;
    const callbackOf = (sender: object, words: string) =>
      vendor.bot.sign({
        event: "message",
        timestamp: Date.now(),
        message_token: vendor.bot.nextToken(),
        sender,
        message: { type: "text", text: words },
      });

    function visitorOf(id: string): Visitor {
      const write = async (message: Readonly<Record<string, unknown>>) => {
        await vendor.bot.write(id, { text: "", ...message });
        return undefined;
      };
      return {
        id,
        says: (text) => write({ type: "text", text }),
        sends({ name, mime, bytes }) {
          const type = mime.startsWith("image/") ? "picture" : "file";
          return write({ type, file_name: name, size: bytes.length, media: vendor.host(bytes, "file") });
        },
        saysUnreadable: async () => void (await write({ type: "hologram" })),
        sendsGone: async () =>
          void (await write({
            type: "picture",
            media: vendor.host(Buffer.from("x"), "a.png").replace(/files\/\d+/, "files/999"),
          })),
        sendsTooLarge: (tellsSize) =>
          write({
            type: "file",
            file_name: "film.mp4",
            media: vendor.host({ zeros: TOO_LARGE_BYTES, tellsSize }, "film.mp4"),
          }),
      };
    }

    return {
      account: account.id,
      visitor: async (name = "Anna") => visitorOf(vendor.addPerson({ name }).id),
      async forged(words) {
        const { raw, signature } = callbackOf(vendor.addPerson(), words);
        return [
          await postSigned(world, path, raw, {}),
          await postSigned(world, path, raw, { [HEADER]: "0".repeat(64) }),
          await postSigned(world, path, Buffer.concat([raw, Buffer.from(" ")]), { [HEADER]: signature }),
        ];
      },
      async replayed(words) {
        const person = vendor.addPerson();
        const { raw, signature } = callbackOf(person, words);
        const tell = () => postSigned(world, path, raw, { [HEADER]: signature });
        return { visitor: visitorOf(person.id), statuses: [await tell(), await tell()] };
      },
      async unknownKinds() {
        const { raw, signature } = vendor.bot.sign({ event: "invented_later", timestamp: 1, message_token: "7" });
        return [await postSigned(world, path, raw, { [HEADER]: signature })];
      },
    };
  },
};
