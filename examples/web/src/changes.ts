import { type ApolloClient, CombinedGraphQLErrors } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useEffect } from "react";
import { type Observable, defer, map, retry, tap, throwError, timer } from "rxjs";
import { graphql } from "./generated";
import type { ChangesSubscription } from "./generated/graphql";

const CHANGES = graphql(`
  subscription Changes($library: String!, $after: Int!) {
    libraryChanges(library: $library, afterSequence: $after) {
      sequence
      entries {
        id
        operation
        node {
          ... on Word {
            id
            ...WordLine
          }
        }
      }
    }
  }
`);

type Change = ChangesSubscription["libraryChanges"];

/** What happens to a library after a sequence: every change once, also when the connection breaks. */
export function changesOf(client: ApolloClient, library: string, after: number): Observable<Change> {
  let known = after;
  return defer(() => client.subscribe({ query: CHANGES, variables: { library, after: known } })).pipe(
    map(({ data, error }) => {
      if (!data) throw error;
      return data.libraryChanges;
    }),
    tap(({ sequence }) => { known = sequence; }),
    // What the server refuses stays refused; everything else is a broken connection.
    retry({ delay: (error) => (CombinedGraphQLErrors.is(error) ? throwError(() => error) : timer(1_000)) }),
  );
}

/** Keeps the cache, and so the page, as the library is. Changed words need no code: they bring their ids. */
export function useChanges(library: string, after: number | undefined): void {
  const client = useApolloClient();
  useEffect(() => {
    if (after === undefined) return;
    const subscription = changesOf(client, library, after).subscribe({
      next: ({ entries }) => {
        for (const { id, operation } of entries) {
          if (operation === "DELETED") client.cache.evict({ id: `Word:${id}` });
        }
      },
      error: console.error,
    });
    return () => subscription.unsubscribe();
  }, [client, library, after]);
}
