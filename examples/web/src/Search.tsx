import { useQuery } from "@apollo/client/react";
import { useDeferredValue, useState } from "react";
import { graphql } from "./generated";

const SEARCH = graphql(`
  query Search($library: String!, $text: String!) {
    search(input: { library: $library, by: { text: $text } }, first: 3) {
      edges {
        rank
        node {
          id
          text
        }
        definition {
          id
          text
        }
      }
    }
  }
`);

export function Search({ library }: { library: string }) {
  const [typed, setTyped] = useState("");
  const text = useDeferredValue(typed.trim());
  const { data, previousData } = useQuery(SEARCH, { variables: { library, text }, skip: !text });
  const found = (data ?? previousData)?.search.edges ?? [];
  return (
    <section>
      <label>What it means <input type="search" value={typed} onChange={(event) => setTyped(event.target.value)} /></label>
      <ol>
        {found.map(({ rank, node, definition }) => (
          <li key={rank}><b>{node.text}</b> {definition.text}</li>
        ))}
      </ol>
    </section>
  );
}
