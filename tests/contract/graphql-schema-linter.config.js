// The conventions of the schema; see docs/schema-policy.md. Rules of the linter that are left out:
//   *-sorted-alphabetically: fields stand in the order in
//   which a reader wants them, what names a thing first; enums in the order of their meaning.
module.exports = {
  rules: [
    'arguments-have-descriptions',
    'defined-types-are-used',
    'deprecations-have-a-reason',
    'descriptions-are-capitalized',
    'enum-values-all-caps',
    'enum-values-have-descriptions',
    'fields-are-camel-cased',
    'fields-have-descriptions',
    'input-object-values-are-camel-cased',
    'input-object-values-have-descriptions',
    'relay-connection-arguments-spec',
    'relay-connection-types-spec',
    'relay-page-info-spec',
    'types-are-capitalized',
    'types-have-descriptions',
  ],
  // Named by the specification of federation.
  ignore: {
    'fields-are-camel-cased': ['Query._service', 'Query._entities'],
    'types-are-capitalized': ['_Service', '_Entity', '_Any'],
  },
}
