import type { WidgetConfig } from "../../src/api/webchat.ts";

/** Colour, side and distances, as the site has them. */
export function dress(host: HTMLElement, config: WidgetConfig): void {
  paint(host, config.color);
  host.classList.toggle("left", config.left);
  host.classList.toggle("not-on-phones", config.hideOnPhone);
  host.style.setProperty("--side", `${config.offsetSide}px`);
  host.style.setProperty("--bottom", `${config.offsetBottom}px`);
}

/** Colours that follow from the site's one colour. */
export function paint(host: HTMLElement, color: string): void {
  const accent = /^#[0-9a-f]{6}$/i.test(color) ? color : "#2563eb";
  host.style.setProperty("--accent", accent);
  host.style.setProperty("--ink", inkOn(accent));
}

/** White or near-black, whichever reads better on the colour (WCAG contrast). */
export function inkOn(color: string): "#ffffff" | "#0f172a" {
  const light = luminance(color);
  const onWhite = 1.05 / (light + 0.05);
  const onDark = (light + 0.05) / (luminance("#0f172a") + 0.05);
  return onWhite >= onDark || onWhite >= 4.5 ? "#ffffff" : "#0f172a";
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
