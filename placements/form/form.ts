import type { FormConfig, FormRefused } from "../../src/api/forms.ts";
import { h } from "../webchat/dom.ts";
import { paint } from "../webchat/theme.ts";
import style from "./style.css?inline";
import { textsFor } from "./texts.ts";

export interface FormOptions {
  /** Where the request goes. */
  readonly url: string;
  readonly key: string;
  readonly config: FormConfig;
  readonly language: string | undefined;
}

const KINDS = {
  name: { autocomplete: "name", type: "text", dir: "auto" },
  phone: { autocomplete: "tel", type: "tel", dir: "ltr" },
  email: { autocomplete: "email", type: "email", dir: "ltr" },
} as const;

/**
 * The form as an element of its own. A request keeps its id until it has arrived: a second try after a lost answer is
 * the same request. What was typed stays until then.
 */
export function createForm({ url, key, config, language: wish }: FormOptions): HTMLElement {
  const [language, texts] = textsFor([wish, config.language, ...navigator.languages]);
  const host = document.createElement("threadline-form");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  paint(host, config.color);
  host.classList.toggle("dark", isPageDark());
  host.lang = language;
  host.dir = language === "ar" ? "rtl" : "ltr";

  const inputs = new Map<string, HTMLInputElement | HTMLTextAreaElement>();
  const errors = new Map<string, HTMLElement>();
  let id = newId();

  const register = (name: string, input: HTMLInputElement | HTMLTextAreaElement): HTMLElement => {
    const error = h("span", { class: "error", id: `error-${name}` });
    inputs.set(name, input);
    errors.set(name, error);
    input.addEventListener("input", () => tell(name, ""));
    return error;
  };
  const field = (name: string, label: string, input: HTMLInputElement | HTMLTextAreaElement) => {
    const error = register(name, input);
    const caption = h("span", { class: "caption" }, label, !input.required && h("i", {}, ` (${texts.optional})`));
    return h("label", { class: "field" }, caption, input, error);
  };
  const tell = (name: string, problem: string) => {
    const [input, error] = [inputs.get(name), errors.get(name)];
    if (!input || !error) return;
    error.textContent = problem;
    input.setAttribute("aria-invalid", String(problem !== ""));
    if (problem === "") input.removeAttribute("aria-describedby");
    else input.setAttribute("aria-describedby", error.id);
  };
  const words = (name: string, trouble: string): string => {
    if (name === "consent") return texts.consentMissing;
    if (trouble === "missing") return texts.missing;
    return name === "phone" ? texts.wrongPhone : texts.wrongEmail;
  };
  const show = (wrong: Readonly<Record<string, string>>) => {
    for (const name of inputs.keys()) tell(name, wrong[name] === undefined ? "" : words(name, wrong[name]));
    [...inputs].find(([name]) => wrong[name] !== undefined)?.[1].focus();
  };

  const contacts = (["name", "phone", "email"] as const)
    .filter((name) => config[name] !== "no")
    .map((name) =>
      field(
        name,
        texts[name],
        h("input", { ...KINDS[name], name, required: config[name] === "required", maxlength: "250" }),
      ),
    );
  const text = field(
    "text",
    texts.text,
    h("textarea", { name: "text", rows: "4", dir: "auto", required: true, maxlength: "8000" }),
  );
  const trap = h("input", { type: "text", name: "website", tabindex: "-1", autocomplete: "off" });
  const trouble = h("p", { class: "error", role: "alert" });
  const send = h("button", { type: "submit" }, texts.send);
  const title = config.title === "" ? texts.title : config.title;
  const form = h(
    "form",
    { novalidate: true, "aria-labelledby": "title" },
    h("h2", { id: "title" }, h("bdi", {}, title)),
    ...contacts,
    text,
    config.consent !== "" && consentField(),
    // Only machines find this one.
    h("div", { class: "trap", "aria-hidden": "true" }, trap),
    trouble,
    send,
  );
  const thanks = h(
    "div",
    { class: "thanks", hidden: true, tabindex: "-1", role: "status" },
    h("p", { dir: "auto" }, config.thanks === "" ? texts.thanks : config.thanks),
    h("button", { type: "button", onClick: startAgain }, texts.another),
  );

  function consentField(): HTMLElement {
    const input = h("input", { type: "checkbox", name: "consent", required: true });
    const error = register("consent", input);
    return h(
      "div",
      { class: "field consent" },
      h("label", {}, input, h("span", { dir: "auto" }, config.consent)),
      error,
    );
  }

  function missing(): Record<string, string> {
    const isEmpty = (input: HTMLInputElement | HTMLTextAreaElement) =>
      input instanceof HTMLInputElement && input.type === "checkbox" ? !input.checked : input.value.trim() === "";
    return Object.fromEntries(
      [...inputs].flatMap(([name, input]) => (input.required && isEmpty(input) ? [[name, "missing"]] : [])),
    );
  }

  async function submit(): Promise<void> {
    trouble.textContent = "";
    const wrong = missing();
    show(wrong);
    if (Object.keys(wrong).length > 0) return;
    send.disabled = true;
    send.textContent = texts.sending;
    await post();
    send.disabled = false;
    send.textContent = texts.send;
  }

  async function post(): Promise<void> {
    const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value]));
    const body = {
      ...values,
      ...(config.consent !== "" && { consent: config.consent }),
      ...{ id, key, website: trap.value, page: location.href, title: document.title, referrer: document.referrer },
    };
    try {
      const response = await fetch(url, {
        method: "POST",
        credentials: "omit",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      if (response.ok) return finish();
      const fields = response.status === 422 ? ((await response.json()) as FormRefused).error.fields : undefined;
      if (fields) show(fields);
      else trouble.textContent = response.status === 429 ? texts.tooMany : texts.failed;
    } catch {
      trouble.textContent = texts.failed;
    }
  }

  function finish(): void {
    id = newId();
    form.reset();
    form.hidden = true;
    thanks.hidden = false;
    thanks.focus({ preventScroll: true });
  }

  function startAgain(): void {
    thanks.hidden = true;
    form.hidden = false;
    inputs.get("text")?.focus({ preventScroll: true });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  shadow.append(form, thanks);
  return host;
}

/** The form stands in the page's own text: it is dark only where the page says that it is, too. */
function isPageDark(): boolean {
  const declared = document.querySelector<HTMLMetaElement>("meta[name='color-scheme']")?.content ?? "";
  const schemes = `${declared} ${getComputedStyle(document.documentElement).colorScheme}`;
  return schemes.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches;
}

/** `crypto.randomUUID` exists on https pages only; `getRandomValues` everywhere. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
