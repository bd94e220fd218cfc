/** A file with its path below the folder that was dropped or chosen. */
export interface PickedFile {
  name: string
  file: File
}

export const ACCEPTED = '.docx,.xlsx,.pptx,.pdf,.html,.htm,.md,.markdown,.csv,.tsv,.txt,.zip'

/** What a system puts into folders by itself. */
const LITTER = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i

/** The folder that was chosen is not part of a document's identity: next year it may be called otherwise. */
function belowFolder(path: string): string {
  const parts = path.split('/').filter((part) => part !== '')
  return (parts.length > 1 ? parts.slice(1) : parts).join('/')
}

export function fromChooser(files: Iterable<File>): PickedFile[] {
  return withoutLitter(
    [...files].map((file) => ({
      name: file.webkitRelativePath === '' ? file.name : belowFolder(file.webkitRelativePath),
      file,
    })),
  )
}

/** Walks dropped folders; the items of a drop are gone as soon as the handler returns, so they are taken first. */
export async function fromDrop(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return fromChooser(transfer.files)
  const found = await Promise.all(entries.map((entry) => walk(entry)))
  return withoutLitter(found.flat())
}

async function walk(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => {
      entry.file(resolve, reject)
    })
    return [{ name: belowFolder(entry.fullPath), file }]
  }
  const children = await childrenOf((entry as FileSystemDirectoryEntry).createReader())
  return (await Promise.all(children.map((child) => walk(child)))).flat()
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile

/** A reader gives at most a hundred entries at a time. */
async function childrenOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return all
    all.push(...some)
  }
}

function withoutLitter(files: PickedFile[]): PickedFile[] {
  return files
    .filter(({ name }) => !LITTER.test(name.split('/').at(-1) ?? ''))
    .sort((left, right) => left.name.localeCompare(right.name, 'zh'))
}
