// The package as one module without dependencies, beside it the core that it drives.
import { copyFileSync } from "node:fs";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    target: "es2022",
    minify: false,
    lib: { entry: "src/index.ts", formats: ["es"], fileName: "massless" },
  },
  plugins: [{
    name: "core",
    closeBundle() {
      copyFileSync(new URL("../../public/massless.wasm", import.meta.url), new URL("dist/massless.wasm", import.meta.url));
    },
  }],
});
