// How the page is built and, in development, where the server behind it is found.
import { defineConfig } from "vitest/config";

const SERVER = process.env["MASSLESS_URL"] ?? "http://127.0.0.1:3000";

export default defineConfig({
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": SERVER, "/content": SERVER },
  },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1_600,
  },
  test: {
    include: ["test/unit/**/*.test.ts"],
  },
});
