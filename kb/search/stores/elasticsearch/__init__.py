"""The store on an Elasticsearch server: application-side terms in whitespace fields, vectors in a dense field.

A generation is one index with one shard behind one alias. It holds a document per knowledge document, a document per
passage (with its vector, once it has one), and one document of facts, among them the number of the last change.
"""
