import { expect, it } from 'vitest'

import { asProblem, problemFrom, UNREACHABLE } from './problem'

it('reads every refused field, wherever the server lists them', () => {
  const one = { field: 'title', code: 'text_empty', message: 'm' }
  expect(problemFrom(422, { code: 'invalid_request', errors: [one] }).fields).toEqual([one])
  expect(problemFrom(422, { code: 'text_empty', details: { errors: [one] } }).fields).toEqual([one])
  expect(problemFrom(422, { code: 'audio_empty', field: 'files', detail: 'd' }).fields).toEqual([
    { field: 'files', code: 'audio_empty', message: 'd', details: {} },
  ])
})

it('makes something usable of a page that a proxy sent', () => {
  expect(problemFrom(502, '<html>').code).toBe('server_failed')
  expect(problemFrom(418, null).code).toBe('http_418')
})

it('knows a request that never got an answer', () => {
  expect(asProblem(new TypeError('Failed to fetch')).code).toBe(UNREACHABLE)
})
