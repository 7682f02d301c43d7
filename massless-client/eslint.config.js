import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "packages/*/dist/", "node_modules/", "public/"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] }, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
      "max-params": ["error", 6],
      "max-depth": ["error", 4],
      eqeqeq: "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Typed arrays and rows of known length: the index is right by construction.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Numbers from the module become enum values here; Babylon's classes re-export each other.
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // The rules of the game count Unicode scalars, which is what spreading a string gives.
      "@typescript-eslint/no-misused-spread": "off",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  { files: ["test/**/*.mjs", "eslint.config.js"], ...tseslint.configs.disableTypeChecked },
  {
    files: ["test/**/*.mjs", "eslint.config.js"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", WebAssembly: "readonly", TextDecoder: "readonly", URL: "readonly", setTimeout: "readonly", clearTimeout: "readonly", requestAnimationFrame: "readonly", window: "readonly", fetch: "readonly", Buffer: "readonly", performance: "readonly", WebSocket: "readonly", TextEncoder: "readonly", localStorage: "readonly", document: "readonly" },
    },
    rules: { "max-lines-per-function": "off" },
  },
);
