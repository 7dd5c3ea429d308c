// Apollo Client as front ends use it: persisted queries, @defer, subscriptions over HTTP and WebSocket.
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createHash } from "node:crypto";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const uri = process.argv[2];
const found = {};

function connect(link, incrementalHandler) {
  return new ApolloClient({ link, cache: new InMemoryCache(), incrementalHandler });
}

// What was sent: with the document, or by its hash alone.
const sent = [];
const counting = (address, options) => {
  sent.push(options.method === "GET" ? "GET" : "query" in JSON.parse(options.body) ? "document" : "hash");
  return fetch(address, options);
};
const persisted = new PersistedQueryLink({
  sha256: (text) => createHash("sha256").update(text).digest("hex"),
  useGETForHashedQueries: true,
}).concat(new HttpLink({ uri, fetch: counting }));
for (let round = 0; round < 2; round++) {
  const { data } = await connect(persisted).query({ query: gql`query Number { number }` });
  found.number = data.number;
}
found.sent = sent;

const DEFERRED = gql`query Deferred { hello item { name ... @defer { slowName(seconds: 0.05) } } }`;
for (const [name, handler] of [["2022", new Defer20220824Handler()], ["17", new GraphQL17Alpha9Handler()]]) {
  const client = connect(new HttpLink({ uri }), handler);
  found[`deferred in the format of ${name}`] = (await client.query({ query: DEFERRED })).data;
}

function counts(client) {
  return new Promise((resolve, reject) => {
    const numbers = [];
    client.subscribe({ query: gql`subscription Count { count(to: 3) }` }).subscribe({
      next: ({ data, error }) => (error ? reject(error) : numbers.push(data.count)),
      error: reject,
      complete: () => resolve(numbers),
    });
  });
}

const socket = createClient({ url: uri.replace("http", "ws"), webSocketImpl: WebSocket });
found.subscriptions = {
  multipart: await counts(connect(new HttpLink({ uri }))),
  socket: await counts(connect(new GraphQLWsLink(socket))),
};
await socket.dispose();
console.log(JSON.stringify(found));
