import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import {
  createWhatsappWebAdapter as createReal,
  type WhatsappWebOptions,
} from "../../../src/channels/whatsapp-web/adapter.ts";

/**
 * Loaded before the real server (`node --import`): gives its channel of linked WhatsApp accounts the emulated library, over
 * the socket in `EMULATED_WHATSAPP`, and shorter times. Everything else of the server, of that channel and of its worker
 * process is what production runs.
 */

const REGISTRY = new URL("../../../src/channels/registry.ts", import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const isAdapter = context.parentURL === REGISTRY && specifier.endsWith("/whatsapp-web/adapter.ts");
    return isAdapter ? { url: import.meta.url, shortCircuit: true } : next(specifier, context);
  },
});

export function createWhatsappWebAdapter(given: WhatsappWebOptions) {
  const emulator = process.env["EMULATED_WHATSAPP"];
  if (emulator === undefined) throw new Error("EMULATED_WHATSAPP is missing");
  return createReal({
    ...given,
    parts: {
      module: fileURLToPath(new URL("../../emulators/whatsapp-web/main.ts", import.meta.url)),
      emulator,
      times: {
        startMs: 10_000,
        loadMs: 10_000,
        saveAfterMs: 500,
        saveEveryMs: 500,
        restartMs: 50,
        retryMs: 50,
      },
      wait: () => Promise.resolve(),
    },
  });
}
