/** Builds elements without a single string of HTML: what people write can only ever become text. */
export type Child = Node | string | undefined | false;

export interface Attributes {
  readonly [name: string]: string | boolean | undefined | ((event: never) => void);
}

/** `onClick`-like keys become listeners, `true` an empty attribute, `false` and `undefined` none. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== undefined && child !== false) element.append(child);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  chat: "M12 3.2c-5 0-9 3.5-9 7.9 0 2.5 1.3 4.7 3.4 6.2-.1 1-.5 2.2-1.3 3.2 1.7-.2 3.3-.9 4.5-1.7.8.2 1.6.3 2.4.3 5 0 9-3.6 9-8s-4-7.9-9-7.9Z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9.5l6 6 6-6",
  send: "M4.5 12h13M12 5.5l6.5 6.5-6.5 6.5",
  clip: "M20 11.5l-8.1 8.1a5 5 0 0 1-7.1-7.1l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.6",
  tick: "M4.5 12.5l4.5 4.5L19 7",
  ticks: "M1.5 12.8l4.2 4.2L15 7M10.8 15.8l1.3 1.2L22 7",
  clock: "M12 7v5.2l3 1.8M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  alert: "M12 8v5M12 16.4v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  reply: "M9.5 7L4.5 12l5 5M5 12h9a5 5 0 0 1 5 5v1",
  file: "M13.5 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5l-5-5Zm0 0v5h5",
  question:
    "M9 9a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.6M12 17.4v.1M12 21.2a9.2 9.2 0 1 0 0-18.4 9.2 9.2 0 0 0 0 18.4Z",
  mail: "M4.5 5.5h15a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17V7a1.5 1.5 0 0 1 1.5-1.5Zm-1 1.5 8.5 6.2L20.5 7",
  wave: "M14.5 12.5a1.5 1.5 0 0 0 1.5-1.5V5a1.5 1.5 0 0 0-1.5-1.5h-10A1.5 1.5 0 0 0 3 5v9.5l2.5-2h9Zm5-3.5a1.5 1.5 0 0 1 1.5 1.5V20l-2.5-2h-8a1.5 1.5 0 0 1-1.5-1.5v-.5",
  star: "M12 3.6l2.6 5.300 5.8.8-4.200 4.100 1 5.8-5.200-2.700-5.200 2.700 1-5.8-4.200-4.100 5.8-.8z",
  download: "M12 4.5v10.5m0 0l-4-4m4 4l4-4M5 19.5h14",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    "aria-hidden": "true",
    class: `icon icon-${name}`,
  }))
    svg.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
