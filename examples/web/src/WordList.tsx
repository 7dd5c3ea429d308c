import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { useChanges } from "./changes";
import { graphql } from "./generated";
import type { WordLineFragment } from "./generated/graphql";
import { useTagging } from "./tagging";

// Each component names what it shows; nothing else is read or sent.
graphql(`
  fragment WordLine on Word {
    id
    text
    tags
    version
  }
`);

const WORDS = graphql(`
  query Words($library: String!, $after: String) {
    library(by: { key: $library }) {
      id
      sequence
    }
    words(library: $library, first: 10, after: $after) {
      totalCount
      edges {
        node {
          ...WordLine
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export function WordList({ library }: { library: string }) {
  const { data, error, fetchMore } = useQuery(WORDS, { variables: { library } });
  const [chosen, setChosen] = useState<string[]>([]);
  const { tagWords, userErrors } = useTagging(library);
  useChanges(library, data?.library?.sequence);

  if (error) return <p role="alert">{error.message}</p>;
  if (!data) return <p>Loading …</p>;
  const { edges, pageInfo, totalCount } = data.words;
  const words = edges.map(({ node }) => node);

  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  const tagChosen = () => {
    setChosen([]);
    return tagWords(words.filter(({ id }) => chosen.includes(id)), "favourite");
  };
  const more = () => fetchMore({ variables: { after: pageInfo.endCursor } });

  return (
    <section>
      <h2>{words.length} of {totalCount} words</h2>
      <ul>
        {words.map((word) => (
          <WordLine key={word.id} word={word} chosen={chosen.includes(word.id)} toggle={() => toggle(word.id)} />
        ))}
      </ul>
      {userErrors.map(({ message, index }) => <p role="alert" key={index}>{message}</p>)}
      <button disabled={!pageInfo.hasNextPage} onClick={more}>More</button>
      <button disabled={!chosen.length} onClick={tagChosen}>Mark as favourites</button>
    </section>
  );
}

function WordLine({ word, chosen, toggle }: { word: WordLineFragment; chosen: boolean; toggle: () => void }) {
  return (
    <li>
      <label><input type="checkbox" checked={chosen} onChange={toggle} />{word.text}</label>
      {word.tags.map((tag) => <mark key={tag}>{tag}</mark>)}
    </li>
  );
}
