import { randomUUID } from "node:crypto";
import type { ApiAccount, World } from "../../support/world/world.ts";
import type { Front, Visitor } from "./front.ts";
import { refusalOf } from "./refusal.ts";

const SITE = "https://form.example";
const settings = { origins: [SITE], askName: "optional", askPhone: "optional", askEmail: "optional", country: "ES" };

export const form: Front = {
  channel: "form",
  async open(world: World, portal: string) {
    const { id } = await world.connect({ channel: "form", credentials: {}, settings }, { portal });
    const { embed = "" } = await world.api<ApiAccount & { readonly embed?: string }>(`/api/accounts/${id}`, { portal });
    const key = /data-key="([^"]+)"/.exec(embed)?.[1] ?? "";
    let people = 0;
    const newPhone = () => {
      people += 1;
      return `+346003${String(10_000 + people)}`;
    };
    const post = (body: object, origin = SITE) =>
      fetch(`${world.web.url}/forms/${id}`, {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: JSON.stringify({ key, id: randomUUID(), ...body }),
      });
    const visitorOf = (phone: string, name?: string): Visitor => ({
      id: `tel:${phone}`,
      says: async (text) => await refusalOf(await post({ phone, text, ...(name !== undefined && { name }) })),
    });

    return {
      account: id,
      visitor: async (name) => visitorOf(newPhone(), name),
      forged: async (text) => [
        (await post({ phone: newPhone(), text, key: "x".repeat(22) })).status,
        (await post({ phone: newPhone(), text, key: undefined })).status,
        (await post({ phone: newPhone(), text }, "https://evil.example")).status,
      ],
      async replayed(text) {
        const phone = newPhone();
        const body = { phone, text, id: randomUUID() };
        return { visitor: visitorOf(phone), statuses: [(await post(body)).status, (await post(body)).status] };
      },
      unknownKinds: async () => [
        (await post({ phone: newPhone(), text: "fields of all kinds", hologram: { depth: [3] } })).status,
      ],
    };
  },
};
