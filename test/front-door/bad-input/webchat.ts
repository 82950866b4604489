import { randomUUID } from "node:crypto";
import { z } from "zod";
import { zeros } from "../../emulators/shared/zeros.ts";
import type { World } from "../../support/world/world.ts";
import type { Front, Refused, Visitor } from "./front.ts";
import { refusalOf } from "./refusal.ts";

const SITE = "https://chat.example";
const sessionSchema = z.object({ token: z.string() });

export const webchat: Front = {
  channel: "webchat",
  async open(world: World, portal: string) {
    const settings = { origins: [SITE], askName: "optional" };
    const account = await world.connect({ channel: "webchat", credentials: {}, settings }, { portal });
    const url = (route: string) => `${world.web.url}/webchat/${account.id}/${route}`;
    const json = (token: string, body: object) => ({
      method: "POST",
      headers: { origin: SITE, authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });

    async function newToken(): Promise<string> {
      const response = await fetch(url("session"), {
        method: "POST",
        headers: { origin: SITE, "content-type": "application/json" },
        body: "{}",
      });
      return sessionSchema.parse(await response.json()).token;
    }

    function visitorOf(token: string, name: string | undefined): Visitor {
      const details = name === undefined ? {} : { details: { form: "pre-chat", name } };
      const post = async (request: RequestInit, route: string): Promise<Refused | undefined> =>
        await refusalOf(await fetch(url(route), request));
      const upload = (file: Blob, filename: string) => {
        const form = new FormData();
        form.append("id", randomUUID());
        form.append("file", file, filename);
        const headers = { origin: SITE, authorization: `Bearer ${token}` };
        return post({ method: "POST", headers, body: form }, "files");
      };
      return {
        id: subjectOf(token),
        says: (text) => post(json(token, { id: randomUUID(), text, ...details }), "messages"),
        sends: ({ name: filename, mime, bytes }) => upload(new Blob([new Uint8Array(bytes)], { type: mime }), filename),
        async sendsTooLarge() {
          const parts: Buffer[] = [];
          for await (const part of zeros(26 * 1024 * 1024)) parts.push(part as Buffer);
          return await upload(new Blob(parts.map((part) => new Uint8Array(part))), "film.mp4");
        },
      };
    }

    return {
      account: account.id,
      visitor: async (name) => visitorOf(await newToken(), name),
      async forged(words) {
        const token = await newToken();
        const [head, , signature] = token.split(".");
        const other = Buffer.from(JSON.stringify({ sub: "vAAAAAAAAAAAAAAAAAAAAAA" })).toString("base64url");
        const body = { id: randomUUID(), text: words };
        const requests = [
          json("", body),
          json(`${head}.${other}.${signature}`, body),
          { ...json(token, body), headers: { ...json(token, body).headers, origin: "https://evil.example" } },
        ];
        return await Promise.all(requests.map(async (one) => (await fetch(url("messages"), one)).status));
      },
      async replayed(words) {
        const token = await newToken();
        const request = json(token, { id: randomUUID(), text: words });
        const tell = async () => (await fetch(url("messages"), request)).status;
        return { visitor: visitorOf(token, undefined), statuses: [await tell(), await tell()] };
      },
      unknownKinds: async () => [],
    };
  },
};

/** The visitor whom the token names. */
function subjectOf(token: string): string {
  const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return z.object({ sub: z.string() }).parse(payload).sub;
}
