// Prints what a browser must load, gzip, for the first page and for each lazily loaded page.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))

/** Every file a chunk needs through static imports. */
function filesOf(key, seen = new Set()) {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key].imports ?? []) filesOf(next, seen)
  return seen
}

function gzipKiB(keys) {
  const files = new Set([...keys].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]))
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0)
  return (bytes / 1024).toFixed(1).padStart(7)
}

const entry = filesOf('index.html')
console.log(`${gzipKiB(entry)} KiB gzip  first load`)
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry) continue
  const extra = [...filesOf(key)].filter((name) => !entry.has(name))
  console.log(`${gzipKiB(extra)} KiB gzip  + ${key}`)
}
