import { useMutation } from "@apollo/client/react";
import { graphql } from "./generated";
import type { TagWordsMutation, WordLineFragment } from "./generated/graphql";

const TAG_WORDS = graphql(`
  mutation TagWords($input: PatchWordsInput!) {
    patchWords(input: $input) {
      results {
        node {
          id
          ...WordLine
        }
      }
      userErrors {
        code
        message
        index
      }
    }
  }
`);

/** Gives words a tag, all in one transaction. They show it at once, before the server has answered. */
export function useTagging(library: string) {
  const [send, { data, error }] = useMutation(TAG_WORDS);
  const tagWords = (words: WordLineFragment[], tag: string) =>
    send({
      variables: {
        input: {
          library,
          errorPolicy: "REJECT_FAILED",
          items: words.map(({ id, version }) => ({
            id,
            expectedVersion: version,
            patch: [{ op: "add", path: "/tags/-", value: tag }],
          })),
        },
      },
      optimisticResponse: expected(words, tag),
    });
  return { tagWords, error, userErrors: data?.patchWords.userErrors ?? [] };
}

// A word that somebody else has changed meanwhile is refused, and comes as it is now: its line is right again.
function expected(words: WordLineFragment[], tag: string): TagWordsMutation {
  const results = words.map((word) => ({
    __typename: "WordItemResult" as const,
    node: { ...word, tags: [...word.tags, tag] },
  }));
  return { patchWords: { __typename: "PatchWordsPayload", results, userErrors: [] } };
}
