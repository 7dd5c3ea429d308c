import { ApolloProvider } from "@apollo/client/react";
import { createRoot } from "react-dom/client";
import { Search } from "./Search";
import { WordList } from "./WordList";
import { connect } from "./client";

// The page names them: <main data-server="…" data-library="…">.
const page = document.querySelector("main")!;
const { server, library } = page.dataset as { server: string; library: string };

createRoot(page).render(
  <ApolloProvider client={connect(server)}>
    <Search library={library} />
    <WordList library={library} />
  </ApolloProvider>,
);
