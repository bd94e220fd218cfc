import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeAll } from 'vitest'

import { startI18n } from '@/i18n'

// jsdom has none of these; the pages under test only need them to exist.
window.matchMedia = (query) => new (class extends EventTarget {
  readonly matches = false
  readonly media = query
  readonly onchange = null
  addListener() {}
  removeListener() {}
})() as unknown as MediaQueryList
Element.prototype.scrollIntoView = () => {}
window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
}

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 })

beforeAll(async () => {
  await startI18n()
})

afterEach(() => {
  cleanup()
  window.localStorage.clear()
})
