import { defineConfig } from "vite";

/** The web chat's widget: one classic script with everything in it, for any site. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist",
    // Other builds put their pages here as well.
    emptyOutDir: false,
    target: ["chrome111", "firefox113", "safari16.4"],
    copyPublicDir: false,
    reportCompressedSize: false,
    lib: {
      entry: "placements/webchat/main.ts",
      formats: ["iife"],
      name: "ThreadlineWebchat",
      fileName: () => "widget.js",
    },
  },
});
