import { expect, test } from 'vitest'

import type { Feature } from '@/ui/feature'

const MODULES = import.meta.glob<Record<string, Feature>>('./*/routes.tsx', { eager: true })

test('every page of the navigation has a key of its own', () => {
  const features = Object.values(MODULES).flatMap((module) => Object.values(module))
  const chords = features
    .flatMap((feature) => feature.pages)
    .flatMap(({ navigation }) => (navigation?.chord === undefined ? [] : [navigation.chord]))
  expect(chords.length).toBeGreaterThan(15)
  expect(chords.filter((chord, at) => chords.indexOf(chord) !== at)).toEqual([])
})
