/** Variables for a server (`World`, `AppProcess`) that shall talk to the emulated WhatsApp behind this socket. */
export function withEmulatedWhatsapp(socket: string): Readonly<Record<string, string>> {
  const preload = new URL("./emulated-whatsapp-preload.ts", import.meta.url);
  return { NODE_OPTIONS: `--import ${preload.href}`, EMULATED_WHATSAPP: socket, CHROMIUM_PATH: process.execPath };
}
