// Follows a library over WebSocket or server-sent events and prints each sequence it gets.
//
// Both clients connect again by themselves and send the same request; its variables are kept up to
// date, so that it asks for what comes after the last change received.
import { createClient as createEventsClient } from "graphql-sse";
import { createClient as createSocketClient } from "graphql-ws";
import WebSocket from "ws";

const [transport, url, library] = process.argv.slice(2);
const retryAttempts = Infinity;
const pause = () => new Promise((done) => setTimeout(done, 100));
const clients = {
  ws: () =>
    createSocketClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      // While the server is away there is nothing to connect to.
      shouldRetry: () => true,
      retryAttempts,
      retryWait: pause,
    }),
  sse: () => createEventsClient({ url, retryAttempts, retry: pause }),
};
const request = {
  query: `subscription Follow($library: String!, $after: Int) {
    libraryChanges(library: $library, afterSequence: $after) { sequence entries { kind node { id } } }
  }`,
  variables: { library, after: 0 },
};

clients[transport]().subscribe(request, {
  next: ({ data, errors }) => {
    if (errors) {
      console.log(errors[0].extensions.code);
      process.exit();
    }
    request.variables.after = data.libraryChanges.sequence;
    console.log(data.libraryChanges.sequence);
  },
  error: (error) => {
    console.log(Array.isArray(error) ? error[0].extensions.code : `failed: ${error.message}`);
    process.exit();
  },
  complete: () => console.log("complete"),
});
