import type { FastifyReply, FastifyRequest } from "fastify";
import type { LeavingView } from "../../src/relay/mail/unsubscribing.ts";
import { languageOf } from "../../src/server/say.ts";
import { type PageState, TEXTS } from "./texts.ts";

const STYLE =
  "body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}main{max-width:34rem;padding:2rem;overflow-wrap:anywhere}h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}p{margin:0 0 1.25rem;opacity:.85}button{font:inherit;padding:.6rem 1.1rem;border:1px solid #0075ff;border-radius:.5rem;background:#0067e0;color:#fff;cursor:pointer}button.quiet{background:none;color:inherit;border-color:GrayText}button:focus-visible{outline:3px solid #78b4ff;outline-offset:2px}";

/** What the page's button says in its request; a mail program's own says `List-Unsubscribe=One-Click`. */
export const BUTTON = "wish";

/** A page without a script: its button is a form that comes back to the same address. */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  state: PageState,
  view?: LeavingView,
) {
  const language = languageOf(request);
  const { title, sentence, button } = TEXTS[language][state];
  const words = escapeHtml(sentence).replace(/\{(sender|address)\}/g, (_gap, name: "sender" | "address") =>
    view === undefined ? "" : `<b>${escapeHtml(view[name])}</b>`,
  );
  const wish = state === "left" ? "stay" : "leave";
  const form =
    button === undefined
      ? ""
      : `<form method="post"><input type="hidden" name="${BUTTON}" value="${wish}"><button${wish === "stay" ? ' class="quiet"' : ""}>${escapeHtml(button)}</button></form>`;
  return (
    reply
      .code(status)
      .header("cache-control", "no-store")
      .header("referrer-policy", "no-referrer")
      .header("x-robots-tag", "noindex, nofollow")
      // Browsers apply `form-action` to the page's own address alone.
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      .type("text/html; charset=utf-8")
      .send(
        `<!doctype html>\n<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main><h1>${escapeHtml(title)}</h1><p role="status">${words}</p>${form}</main></body></html>\n`,
      )
  );
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
