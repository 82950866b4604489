import type { World } from "../../support/world/world.ts";
import { postSigned } from "../support.ts";
import type { Front, Visitor } from "./front.ts";

const HEADER = "x-telegram-bot-api-secret-token";

export const telegram: Front = {
  channel: "telegram",
  async open(world: World, portal: string) {
    const { telegram: vendor } = world;
    const account = await world.connectTelegram({ portal });
    const path = `/channels/telegram/${account.id}`;
    const post = (update: object, headers: Readonly<Record<string, string>>) =>
      postSigned(world, path, Buffer.from(JSON.stringify(update)), headers);
    const genuine = () => ({ [HEADER]: vendor.bot().webhook?.secret ?? "" });
    const updateOf = (chat: number, text: string) => {
      const [message] = vendor.userWrites(chat, text);
      return { update_id: 900_000_000 + (message?.message_id ?? 0), message };
    };

    function visitorOf(chat: number): Visitor {
      const raw = (fields: Readonly<Record<string, unknown>>) => void vendor.userWrites(chat, { raw: fields });
      return {
        id: String(chat),
        async says(text) {
          vendor.userWrites(chat, text);
          return undefined;
        },
        async sends({ name, mime, bytes }) {
          vendor.userWrites(chat, { document: { name, mime, bytes } });
          return undefined;
        },
        saysUnreadable: async () => raw({ hologram: { depth: 3 } }),
        sendsGone: async () => raw({ document: { file_id: "gone", file_unique_id: "g", file_name: "gone.pdf" } }),
        async sendsTooLarge() {
          // Telegram gives bots no file of more than 20 MB, and says so itself.
          vendor.userWrites(chat, { document: { name: "film.mp4", mime: "video/mp4", size: 21 * 1024 * 1024 } });
          return undefined;
        },
      };
    }

    return {
      account: account.id,
      visitor: async (name = "Anna") => visitorOf(vendor.addPerson({ first_name: name }).id),
      async forged(words) {
        const { id, first_name } = vendor.addPerson();
        const chat = { id, type: "private", first_name };
        const message = { message_id: 9_999, date: 1, chat, from: { id, is_bot: false, first_name }, text: words };
        const update = { update_id: 1, message };
        return [
          await post(update, {}),
          await post(update, { [HEADER]: "x".repeat(43) }),
          await post(update, { [HEADER]: "" }),
        ];
      },
      async replayed(words) {
        const visitor = vendor.addPerson().id;
        const update = updateOf(visitor, words);
        return {
          visitor: visitorOf(visitor),
          statuses: [await post(update, genuine()), await post(update, genuine())],
        };
      },
      unknownKinds: async () => [
        await post({ update_id: 1, invented_later: { chat: { id: 1 } } }, genuine()),
        await post({ update_id: 2 }, genuine()),
      ],
    };
  },
};
