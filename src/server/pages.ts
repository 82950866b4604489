/**
 * Answers pages: the HTML that `npm run build` made, with the boot data put in, framed only by the portal it is for.
 * No script stands in the page itself, so the policy forbids inline scripts.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Boot } from "../api/boot.ts";
import type { SignedInBoot } from "../api/sign-ins.ts";
import type { Portal } from "../domain/portal.ts";
import { judgeError } from "./errors.ts";
import { localeOf } from "./locale.ts";
import { type NoticeCode, noticeText } from "./notices.ts";
import { languageOf } from "./say.ts";

export type PageName = "install" | "settings" | "workplace" | "card-tab" | "connector-setup" | "signed-in";

export interface Pages {
  /** A page of the app; `portal` (as stored) says who may frame it, nobody when absent. */
  send(reply: FastifyReply, page: PageName, boot: Boot, portal: Portal | undefined): FastifyReply;
  /** The page that a sign-in at a vendor ends on: it talks to the window that opened it, on whatever site that stands. */
  signedIn(request: FastifyRequest, reply: FastifyReply, status: number, boot: SignedInBoot): FastifyReply;
  /** A small page with one sentence and no script. */
  notice(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply;
  /** The same for errors of a page: people see HTML, programs (no `text/html` in Accept) JSON. */
  error(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply;
}

export interface Notice {
  readonly status: number;
  readonly code: NoticeCode;
  /** Instead of the notice's own sentence. */
  readonly sentence?: string | undefined;
  readonly language?: string | undefined;
  readonly portal?: Portal | undefined;
}

const BOOT_SLOT = /<script type="application\/json" id="boot">[\s\S]*?<\/script>/;

export function createPages(pagesDir: string): Pages {
  const templates = new Map<PageName, string>();
  const template = (page: PageName): string => {
    const kept = templates.get(page);
    if (kept !== undefined) return kept;
    const read = readTemplate(join(pagesDir, page, "index.html")) ?? BARE_PAGE;
    if (read !== BARE_PAGE) templates.set(page, read);
    return read;
  };
  const html = (reply: FastifyReply, status: number, policy: string, body: string) =>
    reply
      .code(status)
      .header("content-security-policy", policy)
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .serializer((payload: unknown) => String(payload))
      .send(body);

  const filled = (page: PageName, boot: unknown, locale: string) => {
    const slot = `<script type="application/json" id="boot">${jsonForHtml(boot)}</script>`;
    return template(page)
      .replace(/<html lang="[^"]*"/, `<html lang="${locale}"`)
      .replace(BOOT_SLOT, () => slot);
  };

  const pages: Pages = {
    send(reply, page, boot, portal) {
      // A window that the page opens may tell it how it ended (a sign-in at a vendor).
      reply.header("cross-origin-opener-policy", "same-origin-allow-popups");
      return html(reply, 200, pagePolicy(portal), filled(page, boot, boot.locale));
    },
    signedIn(request, reply, status, boot) {
      reply.header("cross-origin-opener-policy", "unsafe-none").header("referrer-policy", "no-referrer");
      return html(reply, status, pagePolicy(undefined), filled("signed-in", boot, languageOf(request)));
    },
    notice(request, reply, notice) {
      const locale = notice.language === undefined ? languageOf(request) : localeOf(notice.language);
      const text = noticeText(notice.code, locale);
      const body = noticePage(locale, text.title, notice.sentence ?? text.sentence);
      return html(reply, notice.status, noticePolicy(notice.portal), body);
    },
    error(error, request, reply) {
      const judged = judgeError(error, request.say);
      if (!(request.headers.accept ?? "").includes("text/html")) throw error;
      if (judged.status >= 500) request.log.error({ err: error }, "Page failed");
      if (judged.status === 503) reply.header("retry-after", "5");
      return pages.notice(request, reply, {
        status: judged.status,
        code: "failed",
        sentence: judged.body.error.message,
      });
    },
  };
  return pages;
}

/** JSON that cannot end the script element it stands in. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Origins that may frame the pages of a portal: its stored address, never one from a request. */
function frameAncestors(portal: Portal | undefined): string {
  if (!portal) return "'none'";
  const endpoint = new URL(portal.clientEndpoint);
  const origins = new Set(["'self'", endpoint.origin]);
  if (/^[a-z0-9.:[\]-]+$/i.test(portal.domain)) origins.add(`${endpoint.protocol}//${portal.domain}`);
  return [...origins].join(" ");
}

function pagePolicy(portal: Portal | undefined): string {
  return [
    "default-src 'self'",
    "script-src 'self'",
    // The kit computes positions of menus and dialogs and writes them as style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    // A recording is listened to before it is sent.
    "media-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors(portal)}`,
  ].join("; ");
}

const noticePolicy = (portal: Portal | undefined) =>
  `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors ${frameAncestors(portal)}`;

function readTemplate(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Stands in for a page that is not built, so that the server says what to do instead of failing. */
const BARE_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Threadline</title>
<script type="application/json" id="boot">{}</script></head>
<body><p>The pages are not built on this server. Its operator must run: npm run build</p></body></html>
`;

function noticePage(locale: string, title: string, sentence: string): string {
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Threadline</title>
<style>
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:34rem;padding:2rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 .5rem}
p{margin:0;opacity:.8}
</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></main></body></html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
