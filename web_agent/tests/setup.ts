import { cleanup, configure } from '@testing-library/react'
import { afterEach, beforeAll } from 'vitest'

import { startI18n } from '@/i18n'

// jsdom has none of these; the pages under test only need them to exist.
class QuietMediaQuery extends EventTarget implements MediaQueryList {
  readonly matches = false
  readonly onchange = null

  constructor(readonly media: string) {
    super()
  }

  addListener() {}
  removeListener() {}
}
window.matchMedia = (query) => new QuietMediaQuery(query)
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
