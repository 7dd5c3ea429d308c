import "./workers.js";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./main.css";

// The server writes the example operations into the page (infra/entrypoints/graphiql.py).
const examples = JSON.parse(document.getElementById("examples").textContent);

// Without a client of its own, GraphiQL takes graphql-ws.
const subscriptionUrl = new URL("/graphql", location.href.replace(/^http/, "ws")).href;

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL
    fetcher={createGraphiQLFetcher({ url: "/graphql", subscriptionUrl })}
    defaultTabs={examples.map(({ query, variables }) => ({ query, variables }))}
    defaultEditorToolsVisibility="variables"
    visiblePlugin="Documentation Explorer"
    showPersistHeadersSettings={false}
  >
    <GraphiQL.Logo>
      <span className="lexigraph-logo">Lexigraph</span>
    </GraphiQL.Logo>
  </GraphiQL>,
);
