import { expect, it } from 'vitest'

import { changedSettings, readField, settingsOf, shown, written } from './settings'

it('reads the settings of a schema, with the choices that stand apart', () => {
  const schema = {
    $defs: { DropPolicy: { type: 'string', enum: ['warn', 'block'] } },
    properties: { on_drop: { $ref: '#/$defs/DropPolicy' }, most: { type: 'integer', minimum: 1, maximum: 9 } },
  }
  expect(settingsOf(schema)).toEqual([
    { name: 'on_drop', $ref: '#/$defs/DropPolicy', type: 'string', enum: ['warn', 'block'] },
    { name: 'most', type: 'integer', minimum: 1, maximum: 9 },
  ])
  expect(settingsOf({})).toEqual([])
})

it('gives a field its kind of value, and leaves the judgement to the server', () => {
  expect(readField({ type: 'number' }, '0.5')).toBe(0.5)
  expect(readField({ type: 'integer' }, '')).toBe('')
  expect(readField({ type: 'integer' }, 'many')).toBe('many')
  expect(readField({ type: 'string' }, '12')).toBe('12')
  expect(readField({ type: 'array' }, '["a"]')).toEqual(['a'])
  expect(readField({ type: 'array' }, '[')).toBe('[')
  expect([shown('a'), shown(3), shown(['a'])]).toEqual(['a', '3', '["a"]'])
})

it('writes a list of rules one rule a line, and reads it again', () => {
  const rules = { type: 'array', items: { type: 'object' } }
  expect(written(rules, [{ a: 1 }, { a: 2 }])).toBe('[\n{"a":1},\n{"a":2}\n]')
  expect(readField(rules, written(rules, [{ a: 1 }]))).toEqual([{ a: 1 }])
  expect([written(rules, []), written({ type: 'array' }, ['a'])]).toEqual(['[]', '["a"]'])
})

it('names what a version changed', () => {
  expect(changedSettings({ a: 1, b: [1] }, { a: 2, b: [1], c: true })).toEqual(['a', 'c'])
})
