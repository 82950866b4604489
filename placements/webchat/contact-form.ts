import type { WidgetConfig, WrongFields } from "../../src/api/webchat.ts";
import { h } from "./dom.ts";
import type { KeptDetails } from "./storage.ts";
import type { Texts } from "./texts.ts";

export interface ContactForm {
  readonly element: HTMLElement;
  focus(): void;
}

export type Checked =
  | { readonly kind: "ok" }
  | { readonly kind: "later" }
  | { readonly kind: "wrong"; readonly fields: WrongFields };

export interface ContactFormEvents {
  /** Asks the server whether it takes this. */
  check(details: KeptDetails): Promise<Checked>;
  /** It does. `text` is empty in the form before the chat. */
  done(details: KeptDetails, text: string): void;
}

type FieldName = keyof WrongFields;

const KINDS = {
  name: { autocomplete: "name", type: "text" },
  phone: { autocomplete: "tel", type: "tel" },
  email: { autocomplete: "email", type: "email" },
} as const;

/** The form before the chat, or instead of it when nobody works. Troubles stand beside their fields. */
export function createContactForm(texts: Texts, config: WidgetConfig, events: ContactFormEvents): ContactForm {
  const { form } = config;
  if (!form) throw new Error("there is no form to show");
  const words = texts.form;
  const inputs = new Map<FieldName, HTMLInputElement | HTMLTextAreaElement>();
  const errors = new Map<FieldName, HTMLElement>();

  const put = (name: FieldName, label: string, input: HTMLInputElement | HTMLTextAreaElement, isOptional: boolean) => {
    const error = h("span", { class: "error", id: `error-${name}` });
    inputs.set(name, input);
    errors.set(name, error);
    input.addEventListener("input", () => tell(name, ""));
    const caption = h("span", { class: "caption" }, label, isOptional && h("i", {}, ` (${words.optional})`));
    return h("label", { class: "field" }, caption, input, error);
  };
  const tell = (name: FieldName, problem: string) => {
    const [input, error] = [inputs.get(name), errors.get(name)];
    if (!input || !error) return;
    error.textContent = problem;
    input.setAttribute("aria-invalid", String(problem !== ""));
    if (problem === "") input.removeAttribute("aria-describedby");
    else input.setAttribute("aria-describedby", error.id);
  };
  const fields = (["name", "phone", "email"] as const)
    .filter((name) => form[name] !== "no")
    .map((name) => {
      const required = form[name] === "required";
      const input = h("input", {
        ...KINDS[name],
        name,
        dir: name === "name" ? "auto" : "ltr",
        required,
        maxlength: "250",
      });
      return put(name, words[name], input, !required);
    });
  const isOffline = form.when === "offline";
  const text = h("textarea", {
    name: "text",
    rows: "3",
    dir: "auto",
    required: true,
    maxlength: String(config.textLimit),
  });
  const consentParts = [config.consent, config.livePreview && !isOffline ? texts.livePreview : ""].filter(
    (part) => part !== "",
  );
  const consentText = consentParts.join(" ");
  const trouble = h("p", { class: "error", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary" }, isOffline ? words.leave : words.start);
  const element = h(
    "form",
    { class: "contact", novalidate: true },
    h("p", { class: "lead", dir: "auto" }, leadOf(texts, config)),
    ...fields,
    isOffline && put("text", words.text, text, false),
    consentText !== "" && consentField(),
    trouble,
    submit,
  );

  function consentField(): HTMLElement {
    const input = h("input", { type: "checkbox", name: "consent", required: true });
    const error = h("span", { class: "error", id: "error-consent" });
    inputs.set("consent", input);
    errors.set("consent", error);
    input.addEventListener("change", () => tell("consent", ""));
    // The site's words and ours may be of two languages that run in opposite directions.
    const lines = consentParts.map((part) => h("span", { dir: "auto" }, part));
    return h("div", { class: "field consent" }, h("label", {}, input, h("span", {}, ...lines)), error);
  }

  function show(wrong: WrongFields): void {
    for (const name of inputs.keys()) {
      const kind = wrong[name];
      if (kind === undefined) tell(name, "");
      else if (name === "consent") tell(name, words.consentMissing);
      else if (kind === "missing") tell(name, words.missing);
      else tell(name, name === "phone" ? words.wrongPhone : words.wrongEmail);
    }
    [...inputs].find(([name]) => wrong[name] !== undefined)?.[1].focus();
  }

  function missing(): WrongFields {
    const empty = [...inputs].filter(([, input]) =>
      input instanceof HTMLInputElement && input.type === "checkbox"
        ? !input.checked
        : input.required && input.value.trim() === "",
    );
    return Object.fromEntries(empty.map(([name]) => [name, "missing" as const]));
  }

  const written = (name: FieldName) => inputs.get(name)?.value.trim() ?? "";

  async function leave(): Promise<void> {
    trouble.textContent = "";
    const wrong = missing();
    show(wrong);
    if (Object.keys(wrong).length > 0) return;
    const details: KeptDetails = {
      form: isOffline ? "offline" : "pre-chat",
      ...Object.fromEntries(
        (["name", "phone", "email"] as const).flatMap((name) => (written(name) === "" ? [] : [[name, written(name)]])),
      ),
      ...(consentText !== "" && { consent: consentText }),
    };
    submit.disabled = true;
    const checked = await events.check(details);
    submit.disabled = false;
    if (checked.kind === "ok") events.done(details, isOffline ? text.value.trim() : "");
    else if (checked.kind === "wrong") show(checked.fields);
    else trouble.textContent = words.later;
  }

  element.addEventListener("submit", (event) => {
    event.preventDefault();
    void leave();
  });
  return {
    element,
    focus: () => ([...inputs.values()][0] ?? submit).focus({ preventScroll: true }),
  };
}

function leadOf(texts: Texts, config: WidgetConfig): string {
  if (config.form?.when !== "offline") return texts.form.preChat;
  return config.closedText === "" ? texts.form.offline : config.closedText;
}
