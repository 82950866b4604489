import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import bitrix24Ui from "@bitrix24/b24ui-nuxt/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";

/**
 * Our pages inside the portal: one HTML per page, code shared and split, hashed names below `/assets/`. The server puts
 * the boot data into the HTML and serves the rest as it is.
 */
const root = fileURLToPath(new URL("placements", import.meta.url));
const pages = ["install", "settings", "workplace", "card-tab", "connector-setup", "signed-in"];

export default defineConfig({
  root,
  base: "/",
  publicDir: false,
  cacheDir: fileURLToPath(new URL("node_modules/.vite-placements", import.meta.url)),
  plugins: [
    samePage(),
    vue(),
    bitrix24Ui({
      autoImport: false,
      components: false,
      dts: false,
      router: false,
      // Components for Markdown, which no page of ours shows: they were a third of every page's code.
      prose: false,
      mdc: false,
      colorMode: true,
      colorModeStorageKey: null,
      root: fileURLToPath(new URL("node_modules/.cache/b24ui", import.meta.url)),
    }),
    compressed(),
  ],
  build: {
    outDir: fileURLToPath(new URL("dist/placements", import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, `${root}/${page}/index.html`])) },
    chunkSizeWarningLimit: 700,
  },
});

/** The HTML of every page is `page.html`; what sets one apart is the `main.ts` in its folder. */
function samePage(): Plugin {
  const shared = `${root}/page.html`;
  const own = new Set(pages.map((page) => `${root}/${page}/index.html`));
  return {
    name: "threadline-same-page",
    enforce: "pre",
    resolveId: (id) => (own.has(id) ? id : undefined),
    load(id) {
      if (!own.has(id)) return undefined;
      this.addWatchFile(shared);
      return readFile(shared, "utf8");
    },
  };
}

/** Compresses once here what would otherwise be compressed at every request. */
function compressed(): Plugin {
  return {
    name: "threadline-compressed",
    apply: "build",
    generateBundle: {
      // After Vite's own last changes: it fills in what lazily loaded chunks need in this very hook.
      order: "post",
      async handler(_options, bundle) {
        const big = Object.values(bundle).filter((file) => /\.(js|css|svg)$/.test(file.fileName));
        for (const file of big) {
          const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
          if (content.length < 1024) continue;
          const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
          this.emitFile({
            type: "asset",
            fileName: `${file.fileName}.br`,
            source: await promisify(brotliCompress)(content, { params }),
          });
          this.emitFile({
            type: "asset",
            fileName: `${file.fileName}.gz`,
            source: await promisify(gzip)(content, { level: 9 }),
          });
        }
      },
    },
  };
}
