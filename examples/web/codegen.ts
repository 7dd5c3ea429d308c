// Types for every operation in src/, made from the schema that the server is built with.
import type { CodegenConfig } from "@graphql-codegen/cli";

export default {
  schema: "../../schema/schema.graphql",
  documents: "src/*.ts*",
  generates: {
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: { enumsAsTypes: true, onlyOperationTypes: true, useTypeImports: true, defaultScalarType: "unknown" },
    },
  },
} satisfies CodegenConfig;
