import { describe, expect, it } from 'vitest'

import { fromChooser, fromDrop } from './picked'

const file = (name: string, path = ''): File => {
  const made = new File(['x'], name)
  Object.defineProperty(made, 'webkitRelativePath', { value: path })
  return made
}

const dropped = (fullPath: string): FileSystemFileEntry =>
  ({
    isFile: true,
    fullPath,
    file: (done: (file: File) => void) => {
      done(new File(['x'], fullPath))
    },
  }) as unknown as FileSystemFileEntry

const folder = (children: FileSystemEntry[]): FileSystemDirectoryEntry => {
  const portions = [children.slice(0, 1), children.slice(1), []]
  return {
    isFile: false,
    createReader: () => ({
      readEntries: (done: (entries: FileSystemEntry[]) => void) => {
        done(portions.shift() ?? [])
      },
    }),
  } as unknown as FileSystemDirectoryEntry
}

describe('files that were chosen', () => {
  it('are named by their path below the chosen folder', () => {
    const picked = fromChooser([file('b.md', '规定/供水/b.md'), file('a.md')])
    expect(picked.map(({ name }) => name)).toEqual(['供水/b.md', 'a.md'])
  })

  it('leave out what systems put into folders', () => {
    const picked = fromChooser([file('~$a.docx'), file('.DS_Store'), file('Thumbs.db'), file('a.docx')])
    expect(picked.map(({ name }) => name)).toEqual(['a.docx'])
  })
})

describe('a dropped folder', () => {
  it('is walked to its end, though a reader gives its entries in portions', async () => {
    const entry = folder([dropped('/规定/a.md'), dropped('/规定/供水/b.md'), dropped('/规定/c.md')])
    const transfer = { items: [{ webkitGetAsEntry: () => entry }], files: [] } as unknown as DataTransfer
    const picked = await fromDrop(transfer)
    expect(picked.map(({ name }) => name).sort()).toEqual(['a.md', 'c.md', '供水/b.md'])
  })
})
