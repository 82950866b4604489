import { defineConfig } from "vite";

/** The form of offline requests: one classic script with everything in it, for any site. */
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
      entry: "placements/form/main.ts",
      formats: ["iife"],
      name: "ThreadlineForm",
      fileName: () => "form.js",
    },
  },
});
