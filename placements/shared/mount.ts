import b24UiPlugin from "@bitrix24/b24ui-nuxt/vue-plugin";
import { type Component, createApp, h } from "vue";
import { locale } from "./boot.ts";
import PageFrame from "./page-frame.vue";
import "./style.css";

/** Starts a page inside the frame that all pages share. */
export function mountPage(page: Component): void {
  document.documentElement.lang = locale;
  const app = createApp({ render: () => h(PageFrame, null, { default: () => h(page) }) });
  app.use(b24UiPlugin);
  app.mount("#app");
}
