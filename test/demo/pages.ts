/** The demo's own pages: the start page with the customer's phone on one address, the shop on another. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import serveStatic from "@fastify/static";
import Fastify, { type FastifyInstance } from "fastify";
import { z } from "zod";
import type { TelegramEmulator } from "../emulators/telegram/emulator.ts";
import { mountPhone } from "./phone/routes.ts";

export interface Page {
  readonly url: string;
  stop(): Promise<void>;
}

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Photos of a phone, in base64. */
const bodyLimit = 64 * 1024 * 1024;

/** Code as Threadline gives it to whoever runs a site; empty until the accounts are there. */
export interface ShopCode {
  readonly chat: string;
  readonly form: string;
}

/** The shop, with its chat in the corner and its form for requests in the page. */
export async function startShop(code: () => ShopCode): Promise<Page> {
  const app = Fastify({ forceCloseConnections: true });
  await app.register(serveStatic, { root: folder("./site/assets/"), index: false });
  app.get("/", async (_request, reply) => {
    const html = await readFile(folder("./site/assets/index.html"), "utf8");
    const { chat, form } = code();
    const filled = html.replace("<!--chat-->", () => chat).replace("<!--form-->", () => form);
    return reply.type("text/html; charset=utf-8").send(filled);
  });
  return listen(app);
}

/** Start page and phone. `links` are filled into the start page. */
export async function startFront(telegram: TelegramEmulator, links: () => Record<string, string>): Promise<Page> {
  const app = Fastify({ forceCloseConnections: true, bodyLimit });
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof z.ZodError ? 400 : ((error as { statusCode?: number }).statusCode ?? 500);
    const message = error instanceof Error ? error.message : String(error);
    return reply.code(status).send({ error: message });
  });
  await app.register(serveStatic, { root: folder("./phone/assets/"), prefix: "/phone/assets/", index: false });
  app.get("/", async (_request, reply) => {
    const html = await readFile(folder("./start/index.html"), "utf8");
    const filled = html.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => links()[name] ?? "");
    return reply.type("text/html; charset=utf-8").send(filled);
  });
  const file = (path: string, at: string, type: string): void => {
    app.get(path, async (_request, reply) => reply.type(`${type}; charset=utf-8`).send(await readFile(at)));
  };
  file("/start.css", folder("./start/start.css"), "text/css");
  file("/vue.js", fileURLToPath(import.meta.resolve("vue/dist/vue.esm-browser.prod.js")), "text/javascript");
  file("/phone/", folder("./phone/assets/index.html"), "text/html");
  mountPhone(app, telegram);
  return listen(app);
}

async function listen(app: FastifyInstance): Promise<Page> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: () => app.close() };
}
