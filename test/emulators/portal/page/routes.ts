/**
 * The page that people see at a portal's address: `GET /`, its files under `/_page/`, and what it asks for. Everything an
 * agent does in it goes through the emulator's control API.
 *
 * The stream of states: a broken connection is opened again by the browser and gets the whole state at once; a slow
 * browser misses states in between and never the last one.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import serveStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { z } from "zod";
import { EmulatorControlError, type PortalControls } from "../controls.ts";
import { frameTarget, openFrame, refreshFrame } from "./frames.ts";
import { optionsOf, pageMemory } from "./memory.ts";
import { streamStates } from "./stream.ts";
import { pageView } from "./view.ts";

const assets = fileURLToPath(new URL("./assets/", import.meta.url));
const vue = fileURLToPath(import.meta.resolve("vue/dist/vue.esm-browser.prod.js"));

const userId = z.number().int();
const frameBody = z.strictObject({ userId, target: frameTarget });
const refreshBody = z.strictObject({ userId, clientId: z.string() });
const optionBody = z.strictObject({
  userId,
  clientId: z.string(),
  scope: z.enum(["app", "user"]),
  name: z.string().max(200),
  value: z.unknown(),
});
const stageBody = z.strictObject({ userId, entityTypeId: z.number().int(), id: z.number().int(), stageId: z.string() });

/** Adds the page to a portal's listener. */
export function mountPortalPage(server: FastifyInstance, controls: () => PortalControls): void {
  void server.register(serveStatic, { root: assets, prefix: "/_page/", decorateReply: false, index: false });
  server.get("/_page/vue.js", (_request, reply) => sendFile(reply, vue, "text/javascript"));
  server.get("/", (request, reply) => {
    const { address } = controls().portal;
    // Frames and tokens name the portal by its address: under any other name nothing in the frames would work.
    if (request.headers.host !== address) return reply.redirect(`http://${address}/`, 302);
    return sendFile(reply, `${assets}index.html`, "text/html");
  });
  server.get("/_page/live", (_request, reply) => streamStates(reply, () => pageView(controls())));

  const post = <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    act: (body: z.infer<Schema>) => unknown,
  ): void => {
    server.post(`/_page/${path}`, async (request, reply) => {
      const body = schema.safeParse(request.body);
      if (!body.success) return reply.code(400).send({ error: z.prettifyError(body.error) });
      try {
        return reply.send({ result: act(body.data) ?? null });
      } catch (error) {
        if (error instanceof EmulatorControlError) return reply.code(409).send({ error: error.message });
        throw error;
      }
    });
  };
  post("frames", frameBody, (body) => openFrame(controls(), body.userId, body.target));
  post("refresh", refreshBody, (body) => refreshFrame(controls(), body.userId, body.clientId));
  post("install-finish", z.strictObject({}), () => controls().finishInstall());
  post("option", optionBody, (body) => {
    const memory = pageMemory(controls().portal);
    const options =
      body.scope === "app"
        ? optionsOf(memory.appOptions, body.clientId)
        : optionsOf(memory.userOptions, `${body.clientId}|${body.userId}`);
    options[body.name] = body.value;
  });
  post("stage", stageBody, (body) => moveToStage(controls(), body));
}

function moveToStage(controls: PortalControls, move: z.infer<typeof stageBody>): void {
  const { portal } = controls;
  const item = portal.crm.item(move.entityTypeId, move.id);
  if (item === undefined) throw new EmulatorControlError(`no item ${move.id}`);
  portal.crm.update(item, { stageId: move.stageId }, move.userId, portal.now());
  const event = move.entityTypeId === 1 ? "ONCRMLEADUPDATE" : "ONCRMDEALUPDATE";
  portal.emit(event, { FIELDS: { ID: move.id } }, { userId: move.userId });
}

async function sendFile(reply: FastifyReply, path: string, type: string): Promise<FastifyReply> {
  return reply
    .type(`${type}; charset=utf-8`)
    .header("cache-control", "no-cache")
    .send(await readFile(path));
}
