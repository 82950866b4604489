import type { FastifyReply } from "fastify";

const STYLE =
  "body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;color-scheme:light dark}h1{font-size:1.5rem}";

/** The page that ends a plain HTML form where the site has none of its own. `trouble`: what was not right. */
export function formPage(reply: FastifyReply, status: number, trouble: string | undefined) {
  const title = trouble === undefined ? "Thank you!" : "This was not sent";
  const words =
    trouble === undefined
      ? "Your request has arrived. We will answer as soon as we can."
      : `${asHtml(trouble)}<br>Please go back and try again.`;
  return reply
    .code(status)
    .type("text/html; charset=utf-8")
    .header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
    .header("x-content-type-options", "nosniff")
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1><p>${words}</p></main></body></html>`,
    );
}

const asHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
