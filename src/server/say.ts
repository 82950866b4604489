import type { FastifyInstance, FastifyRequest, RawServerBase } from "fastify";
import type { Language, Say, Translate } from "../domain/localised.ts";
import { localeOf } from "./locale.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** A sentence of ours in the language of whoever asks. */
    readonly say: Say;
  }
}

/** A page that the portal opens is told the person's language by `LANG`; a page of ours tells its own by `Accept-Language`. */
export function languageOf({ query, headers }: FastifyRequest): Language {
  const told = typeof query === "object" && query !== null && "LANG" in query ? query.LANG : undefined;
  return localeOf(typeof told === "string" ? told : headers["accept-language"]);
}

export function decorateWithSay<Server extends RawServerBase>(
  app: Pick<FastifyInstance<Server>, "decorateRequest">,
  translate: Translate = (sentence) => sentence,
): void {
  app.decorateRequest("say", {
    getter() {
      const language = languageOf(this);
      return (sentence) => translate(sentence, language);
    },
  });
}
