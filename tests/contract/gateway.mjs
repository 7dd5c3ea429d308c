// A gateway over Lexigraph and a small graph of reviews, which refers to words by id and to
// libraries by key. Prints the answer to one query, and what Lexigraph was asked for it.
//
//   node gateway.mjs URL QUERY WORD-IDS
import { getStitchedSchemaFromSupergraphSdl } from '@graphql-tools/federation'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { composeServices } from '@theguild/federation-composition'
import { graphql, parse, print } from 'graphql'

const [url, query, ids] = process.argv.slice(2)

async function ask(body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

const words = ids.split(',').map((id) => ({ __typename: 'Word', id }))
const reviews = {
  typeDefs: `
    scalar _Any
    union _Entity = Word | Library
    type Query {
      favourites: [Word!]!
      shelf: Library!
      _entities(representations: [_Any!]!): [_Entity]!
    }
    type Word { id: ID! stars: Int! }
    type Library { key: String! owner: String! }
  `,
  resolvers: {
    Query: {
      favourites: () => words,
      shelf: () => ({ __typename: 'Library', key: 'sample' }),
      _entities: (_, { representations }) => representations,
    },
    Word: { stars: () => 5 },
    Library: { owner: () => 'Ada' },
  },
}
const published = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { favourites: [Word!]! shelf: Library! }
  type Word @key(fields: "id") { id: ID! stars: Int! }
  type Library @key(fields: "key") { key: String! owner: String! }
`

const { data } = await ask({ query: '{ _service { sdl } }' })
const { errors, supergraphSdl } = composeServices([
  { name: 'lexigraph', url, typeDefs: parse(data._service.sdl) },
  { name: 'reviews', url: 'http://reviews', typeDefs: parse(published) },
])
if (errors) throw new Error(errors.map((error) => error.message).join('\n'))

const asked = []
const local = makeExecutableSchema(reviews)
const executors = {
  LEXIGRAPH: ({ document, variables }) => {
    asked.push(print(document))
    return ask({ query: print(document), variables })
  },
  REVIEWS: ({ document, variables }) =>
    graphql({ schema: local, source: print(document), variableValues: variables }),
}
const schema = getStitchedSchemaFromSupergraphSdl({
  supergraphSdl,
  onSubschemaConfig: (config) => {
    config.executor = executors[config.name.toUpperCase()]
  },
})
const answer = await graphql({ schema, source: query })
console.log(JSON.stringify({ answer, asked }))
