import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";

export function connect(uri: string): ApolloClient {
  // Queries are sent as the hash of their text, by GET, so that caches on the way can keep their answers.
  const http = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(new HttpLink({ uri }));
  // `changesOf` connects again by itself: it knows from where to go on.
  const socket = new GraphQLWsLink(createClient({ url: uri.replace("http", "ws"), retryAttempts: 0 }));
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, socket, http,
    ),
    cache: new InMemoryCache({
      // Pages of one list are joined; other arguments than these make another list.
      typePolicies: { Query: { fields: { words: relayStylePagination(["library", "filter", "orderBy"]) } } },
    }),
  });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
